import KubernetesAPI

@testable import KubernetesClient

/// An API server in memory, with all its states: the model for a ``Reflector``.
struct ModelServer {
    private(set) var states: [[String: Int]] = [[:]]
    private var events: [WatchEvent] = []
    /// Versions below are no longer available.
    private(set) var oldest = 0
    private var names: [String] = (0..<12).map { "s\($0)" }

    var version: Int { states.count - 1 }
    var state: [String: Int] { states[version] }
    var summary: [String] { state.map { "default/\($0)@\($1)" }.sorted() }

    /// One object is written or deleted.
    mutating func change(using random: inout some RandomNumberGenerator) {
        let name = names[Int.random(in: 0..<names.count, using: &random)]
        var next = state
        let version = version + 1
        if next[name] != nil, Bool.random(using: &random) {
            next[name] = nil
            events.append(.removed(key(name), resourceVersion: "\(version)"))
        } else {
            next[name] = version
            events.append(.set(service(name, version)))
        }
        states.append(next)
    }

    mutating func compact() { oldest = version }

    func event(after version: Int) -> WatchEvent? { version < events.count ? events[version] : nil }

    /// A page; the continue token holds the version of the list and the number of objects before it.
    func list(
        _ request: ListRequest, pageSize: Int, using random: inout some RandomNumberGenerator
    ) -> Result<ListPage, RequestFailure> {
        var (at, skip) = (version, 0)
        if !request.continueToken.isEmpty {
            let token = request.continueToken.split(separator: ":").compactMap { Int($0) }
            (at, skip) = (token[0], token[1])
            if at < oldest { return .failure(.expired) }
        } else if request.resourceVersion == "0" {
            at = Int.random(in: oldest...version, using: &random)
        }
        let rest = states[at].sorted { $0.key < $1.key }.dropFirst(skip)
        let size = request.limit == nil ? rest.count : pageSize
        return .success(
            ListPage(
                resourceVersion: "\(at)", continueToken: rest.count > size ? "\(at):\(skip + size)" : "",
                objects: rest.prefix(size).map { service($0.key, $0.value) }))
    }
}

extension RequestFailure {
    static let expired = status(code: 410, "Expired", "too old resource version")

    static func status(code: Int, _ reason: String, _ message: String = "", retryAfter: Duration? = nil) -> Self {
        .status(Status(code: code, reason: reason, message: message), retryAfter: retryAfter)
    }
}
