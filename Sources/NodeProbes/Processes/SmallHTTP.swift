import Glibc
package import InternetAddresses

/// A minimal GET request to a server of this machine.
package enum SmallHTTP {
    package enum Outcome: Sendable, Hashable {
        case answer(status: Int, body: String)
        case silent
        case refused
    }

    /// The maximum size of an answer.
    private static let limit = 8 << 20

    /// On an overloaded machine even a working server may take seconds.
    private static let patience = Duration.seconds(3)

    /// Sends the request over HTTP/1.1, and reads until the server closes. Blocks for at most 3 s.
    package static func get(_ path: String, from address: IPAddress, port: UInt16) -> Outcome {
        let deadline = ContinuousClock.now + patience
        let target = SocketAddress(address, port: port)
        guard let socket = Socket(target.family, SOCK_STREAM) else { return .silent }
        let failure = socket.connect(to: target)
        guard failure == 0 || failure == EINPROGRESS else { return .refused }
        guard socket.wait(for: Int32(POLLOUT), until: deadline) else { return .silent }
        guard socket.pendingError == 0 else { return .refused }
        let host = address.family == .ipv6 ? "[\(address)]:\(port)" : "\(address):\(port)"
        let request = Array("GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n".utf8)
        guard send(socket.number, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return .silent }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < limit, socket.wait(for: Int32(POLLIN), until: deadline) {
            let count = recv(socket.number, &buffer, buffer.count, 0)
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return read(bytes)
    }

    private static func read(_ bytes: [UInt8]) -> Outcome {
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
        // HTTP/1.1 200 OK
        let words = text.prefix { $0 != "\r\n" }.split(separator: " ", maxSplits: 2)
        guard words.count > 1, let status = Int(words[1]) else { return .silent }
        var body = parts.count > 1 ? String(parts[1]) : ""
        if parts[0].lowercased().contains("transfer-encoding: chunked") { body = withoutChunks(body) }
        return .answer(status: status, body: body)
    }

    private static func withoutChunks(_ text: String) -> String {
        var rest = Array(text.utf8)[...]
        var body: [UInt8] = []
        while let end = rest.firstIndex(of: 13) {
            let size =
                Int(String(decoding: rest[..<end].prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self), radix: 16) ?? 0
            rest = rest[end...].dropFirst(2)
            guard size > 0, size <= rest.count else { break }
            body += rest.prefix(size)
            rest = rest.dropFirst(size + 2)
        }
        return String(decoding: body, as: UTF8.self)
    }
}
