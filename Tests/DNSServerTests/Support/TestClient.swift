import BlockingThreads
import Glibc

/// Queries a server on 127.0.0.1 over blocking sockets, on separate threads.
struct TestClient: Sendable {
    let port: UInt16

    /// The reply over UDP, `nil` if there is none within `patience` seconds.
    func datagram(_ message: [UInt8], patience: Double) async throws -> [UInt8]? {
        try await onThread {
            let descriptor = try connect(SOCK_DGRAM, patience: patience)
            defer { close(descriptor) }
            guard send(descriptor, message, message.count, 0) == message.count else { return nil }
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return count < 0 ? nil : Array(buffer[..<count])
        }
    }

    /// Writes `chunks` on one TCP connection, a moment apart. Waits for `replies` messages, or for `patience` seconds
    /// of silence; returns whether the server has closed the connection.
    func stream(_ chunks: [[UInt8]], replies: Int, patience: Double) async throws -> ([[UInt8]], isClosed: Bool) {
        try await onThread {
            let descriptor = try connect(SOCK_STREAM, patience: patience)
            defer { close(descriptor) }
            for (index, chunk) in chunks.enumerated() {
                if index > 0 { usleep(20_000) }
                _ = send(descriptor, chunk, chunk.count, CInt(MSG_NOSIGNAL))
            }
            var data: [UInt8] = []
            var messages: [[UInt8]] = []
            var buffer = [UInt8](repeating: 0, count: 65536)
            while replies == 0 || messages.count < replies {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count == 0 { return (messages, true) }
                if count < 0 { return (messages, errno != EAGAIN) }
                data += buffer[..<count]
                while data.count >= 2, data.count >= 2 + Int(data[0]) << 8 + Int(data[1]) {
                    let length = Int(data[0]) << 8 + Int(data[1])
                    messages.append(Array(data[2..<(2 + length)]))
                    data.removeFirst(2 + length)
                }
            }
            return (messages, false)
        }
    }

    /// Writes `message` on one TCP connection repeatedly without reading, until the server has accepted nothing for
    /// `patience` seconds, or `limit` bytes in total. Returns the number of bytes accepted.
    func pour(_ message: [UInt8], limit: Int, patience: Double) async throws -> Int {
        try await onThread {
            let descriptor = try connect(SOCK_STREAM, patience: patience)
            defer { close(descriptor) }
            let block = [UInt8](repeatElement(message, count: max(1, 65536 / message.count)).joined())
            var sent = 0
            while sent < limit {
                let rest = block[(sent % block.count)...]
                let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
                guard count > 0 else { break }
                sent += count
            }
            return sent
        }
    }

    private func connect(_ type: __socket_type, patience: Double) throws -> CInt {
        let descriptor = socket(AF_INET, CInt(type.rawValue), 0)
        var timeout = timeval(tv_sec: Int(patience), tv_usec: Int((patience - patience.rounded(.down)) * 1e6))
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard descriptor >= 0, result == 0 else { throw RecordingError(text: "cannot connect: errno \(errno)") }
        return descriptor
    }

    private func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Result, any Error>) in
            do throws(ThreadError) {
                try OwnedThread.start(name: "client") { continuation.resume(with: Swift.Result { try body() }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
