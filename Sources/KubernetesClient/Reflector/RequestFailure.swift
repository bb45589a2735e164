import KubernetesAPI

/// Why a request, or the stream that it opened, failed.
enum RequestFailure: Error, Sendable, Hashable {
    /// Nothing listens at the server's address.
    case refused
    /// No connection could be made, or it broke; the text says why.
    case connection(String)
    /// Nothing arrived for this long.
    case silent(Duration)
    /// The server refused: an HTTP status, or the ERROR event of a watch.
    case status(Status, retryAfter: Duration? = nil)
    /// The response cannot be read.
    case unreadable(String)
    /// The body is larger than `limit` bytes.
    case tooLarge(limit: Int)
    /// No credentials could be obtained.
    case credentials(String)
    /// The server closed a watch as soon as it was open.
    case closedAtOnce
    /// The server closed the stream before it had sent all objects.
    case closedEarly
}

extension RequestFailure {
    /// Whether the server may be gone, so that its next answer to any reflector is news.
    var mayBeOutage: Bool {
        switch self {
        case .refused, .connection, .silent: true
        case .status, .unreadable, .tooLarge, .credentials, .closedAtOnce, .closedEarly: false
        }
    }

    /// The wait that the server requests, in the header or in the Status.
    var retryAfter: Duration? {
        guard case .status(let status, let retryAfter) = self else { return nil }
        return retryAfter ?? status.retryAfterSeconds.map { .seconds($0) }
    }

    /// `https://10.0.0.1:6443 refused the connection`
    func description(server: String) -> String {
        switch self {
        case .refused: "\(server) refused the connection"
        case .connection(let reason): "\(server): \(reason)"
        case .silent(let duration): "\(server) was silent for \(duration.inSeconds)"
        case .status(let status, _): "\(server) answered \(status.text)"
        case .unreadable(let reason): "\(server) sent what cannot be read: \(reason)"
        case .tooLarge(let limit): "\(server) sent more than \(limit >> 20) MiB at once"
        case .credentials(let reason): reason
        case .closedAtOnce: "\(server) closed the watch at once"
        case .closedEarly: "\(server) closed the watch before it had sent all objects"
        }
    }
}

extension Status {
    /// `403 Forbidden: services is forbidden: …`
    var text: String {
        let head = reason.isEmpty ? "\(code)" : "\(code) \(reason)"
        return message.isEmpty || message == reason ? head : "\(head): \(message)"
    }

    /// The requested version, and the events since, are no longer available.
    var isExpired: Bool { code == 410 || reason == "Expired" || reason == "Gone" }

    /// The server has not yet reached the requested version.
    var isAheadOfServer: Bool {
        causes.contains("ResourceVersionTooLarge") || (code == 504 && message.contains("Too large resource version"))
    }

    /// The server (or its etcd) does not support WatchList: list, then watch.
    var refusesInitialEvents: Bool {
        switch code {
        case 400, 422: true
        case 403: message.contains("sendInitialEvents") || message.contains("resourceVersionMatch")
        default: message.contains("RequestWatchProgress") || message.contains("sendInitialEvents")
        }
    }
}

extension Duration {
    /// `1.6 s`
    var inSeconds: String {
        let (seconds, attoseconds) = components
        let tenths = seconds * 10 + (attoseconds + 50_000_000_000_000_000) / 100_000_000_000_000_000
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
