import CBenchmark
import Foundation
import Synchronization

/// Serves the watches of a cluster on the loopback of the namespace, as kube-apiserver 1.36 does in protobuf.
///
/// It supports only WatchList (`sendInitialEvents=true`), where each watch begins with all objects and continues with
/// the events that are sent, and plain lists, which hold the initial objects. Everything else gets 404. Each connection
/// has a thread, which ends with it.
final class APIServer: Sendable {
    let port: UInt16
    private let listener: Descriptor
    private let cluster: Cluster
    private let initialEvents: [Resource: [UInt8]]
    private let watches = Mutex<[Resource: [Descriptor]]>([:])

    init(_ cluster: Cluster) throws {
        self.cluster = cluster
        initialEvents = Dictionary(uniqueKeysWithValues: Resource.allCases.map { ($0, cluster.initialEvents($0)) })
        listener = try Descriptor(
            socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), "make the API server's socket")
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = listener.number
        let failure = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, length) < 0 || listen(number, 16) < 0 || getsockname(number, $0, &length) < 0
            }
        }
        guard !failure else { throw BenchmarkError.system("the API server cannot listen on the loopback") }
        port = address.sin_port.bigEndian
        Thread.detachNewThread { [self] in accept() }
    }

    /// Stops accepting connections. Open ones end when the client closes.
    func stop() {
        shutdown(listener.number, Int32(SHUT_RDWR))
    }

    /// Sends to all watches of a resource, and returns the time before.
    func send(_ frames: [UInt8], to resource: Resource) throws -> ContinuousClock.Instant {
        let bytes = Self.chunk(frames)
        return try watches.withLock { watches in
            guard let watches = watches[resource], !watches.isEmpty else {
                throw BenchmarkError(code: .program, message: "nobody watches \(resource.path)")
            }
            let start = ContinuousClock.now
            for watch in watches { try watch.send(bytes) }
            return start
        }
    }

    private func accept() {
        while true {
            let number = Glibc.accept(listener.number, nil, nil)
            if number < 0, errno == EINTR || errno == ECONNABORTED { continue }
            // The listener has been shut down.
            guard let connection = try? Descriptor(number, "accept a connection") else { return }
            var on: Int32 = 1
            setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            Thread.detachNewThread { [self] in serve(connection) }
        }
    }

    /// Answers requests until the client closes; a failed write means the same.
    private func serve(_ connection: Descriptor) {
        defer {
            watches.withLock { watches in
                for resource in Resource.allCases { watches[resource]?.removeAll { $0 === connection } }
            }
        }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let end = Array("\r\n\r\n".utf8)
        while true {
            let count = recv(connection.number, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            received += buffer.prefix(count)
            while let range = received.firstRange(of: end) {
                let request = String(decoding: received[..<range.lowerBound], as: UTF8.self)
                received.removeSubrange(..<range.upperBound)
                do { try answer(request, on: connection) } catch { return }
            }
        }
    }

    private func answer(_ request: String, on connection: Descriptor) throws {
        let target = request.split(separator: " ", maxSplits: 2).dropFirst().first ?? ""
        let parts = target.split(separator: "?", maxSplits: 1)
        let query = parts.dropFirst().first?.split(separator: "&") ?? []
        let known = Resource.allCases.first(where: { $0.path == parts.first ?? "" })
        if let known, !query.contains("watch=true") {
            return try connection.send(Self.response(cluster.list(known, ofService: Self.service(in: query))))
        }
        guard let resource = known, query.contains("sendInitialEvents=true") else {
            try connection.send(Array("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".utf8))
            return
        }
        let head = """
            HTTP/1.1 200 OK\r
            Content-Type: application/vnd.kubernetes.protobuf;stream=watch\r
            Transfer-Encoding: chunked\r
            \r

            """
        try connection.send(Array(head.utf8))
        if let frames = initialEvents[resource], !frames.isEmpty { try connection.send(Self.chunk(frames)) }
        // From the bookmark on, no event may be missed.
        try watches.withLock { watches in
            try connection.send(Self.chunk(WatchEvent.initialEventsEnd(resource)))
            watches[resource, default: []].append(connection)
        }
    }

    /// The number of the Service in `labelSelector=kubernetes.io/service-name=service-7`, however it is escaped.
    private static func service(in query: [Substring]) -> Int? {
        query.first { $0.hasPrefix("labelSelector=") && $0.contains("service-name") }
            .flatMap { $0.split(separator: "-").last }.flatMap { Int($0) }
    }

    private static func response(_ body: [UInt8]) -> [UInt8] {
        let head = """
            HTTP/1.1 200 OK\r
            Content-Type: application/vnd.kubernetes.protobuf\r
            Content-Length: \(body.count)\r
            \r

            """
        return Array(head.utf8) + body
    }

    /// One chunk of HTTP/1.1.
    private static func chunk(_ bytes: [UInt8]) -> [UInt8] {
        Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8)
    }
}
