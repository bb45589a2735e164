import Glibc

extension NetworkNamespace {
    /// Connects, reads the answer of a ``serve(_:over:)`` and closes.
    ///
    /// `source` is the address to connect from, one of this namespace's; without it the kernel chooses. Without an
    /// answer it takes `timeout`, which a slow machine must not need; over TCP 3 s if nobody accepts. Calls can
    /// overlap: the sockets do not block. Throws only if no attempt could be made.
    package func connect(
        to target: SocketAddress, over transport: Transport = .tcp, from source: String? = nil,
        timeout: Duration = .answer
    ) async throws -> ConnectionOutcome {
        let deadline = ContinuousClock.now + timeout
        let socket = try target.socket(transport)
        try bind(socket.number, from: source, to: target)
        if transport == .tcp { try repeatOnce(socket.number) }
        if let failure = try await establish(socket.number, to: target, until: deadline) { return failure }
        if transport == .udp, send(socket.number, "?", 1, 0) < 0 { return .failure(errno) }
        guard await thread.wait(for: .readable, on: socket.number, until: deadline) else { return .noAnswer }
        var reply = [UInt8](repeating: 0, count: 512)
        let count = recv(socket.number, &reply, reply.count, 0)
        return count < 0 ? .failure(errno) : .reply(String(decoding: reply.prefix(count), as: UTF8.self))
    }

    /// The status code of an HTTP/1.1 answer on the namespace's loopback; nil if there is no answer (yet).
    package func httpStatus(port: UInt16, path: String, timeout: Duration = .answer) async throws -> Int? {
        let deadline = ContinuousClock.now + timeout
        let target = SocketAddress("127.0.0.1", port)
        let socket = try target.socket(.tcp)
        let request = "GET \(path) HTTP/1.1\r\nHost: \(target)\r\nConnection: close\r\n\r\n"
        guard try await establish(socket.number, to: target, until: deadline) == nil,
            send(socket.number, request, request.utf8.count, Int32(MSG_NOSIGNAL)) == request.utf8.count,
            await thread.wait(for: .readable, on: socket.number, until: deadline)
        else { return nil }
        var reply = [UInt8](repeating: 0, count: 512)
        let count = recv(socket.number, &reply, reply.count, 0)
        // The status line: HTTP/1.1 200 OK
        let words = String(decoding: reply.prefix(max(0, count)), as: UTF8.self).split(separator: " ", maxSplits: 2)
        return words.count > 1 ? Int(words[1]) : nil
    }

    /// Binds the socket to a source address of this namespace, or lets the kernel choose, and to the next source port.
    func bind(_ socket: Int32, from source: String?, to target: SocketAddress) throws {
        let source = source ?? (target.isIPv6 ? "::" : "0.0.0.0")
        // Some may belong to others.
        for _ in 0..<100 {
            if try SocketAddress(source, nextPort()).withSockAddr({ Glibc.bind(socket, $0, $1) }) == 0 { return }
            guard errno == EADDRINUSE else { break }
        }
        throw LabError.system("cannot connect from \(source) in \(name)")
    }

    /// Lets the kernel repeat a lost SYN once, and give up after 3 s, so that an interruption is not hidden. However
    /// slow the machine is, the kernel completes a handshake without the programs.
    private func repeatOnce(_ socket: Int32) throws {
        var count: Int32 = 1
        guard setsockopt(socket, Int32(IPPROTO_TCP), TCP_SYNCNT, &count, socklen_t(MemoryLayout<Int32>.size)) == 0
        else {
            throw LabError.system("cannot limit the repetitions of a SYN in \(name)")
        }
    }

    /// Connects the socket; returns the failure, if any.
    private func establish(
        _ socket: Int32, to target: SocketAddress, until deadline: ContinuousClock.Instant
    ) async throws -> ConnectionOutcome? {
        if try target.withSockAddr({ Glibc.connect(socket, $0, $1) }) == 0 { return nil }
        guard errno == EINPROGRESS else { return .failure(errno) }
        guard await thread.wait(for: .writable, on: socket, until: deadline) else { return .noAnswer }
        var failure: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &length) == 0 else { return .failure(errno) }
        return failure == 0 ? nil : .failure(failure)
    }
}

extension ConnectionOutcome {
    /// What an `errno` of a socket means.
    static func failure(_ number: Int32) -> ConnectionOutcome {
        switch number {
        case ECONNREFUSED: .refused
        case ECONNRESET: .reset
        case EAGAIN, ETIMEDOUT, ENETUNREACH, EHOSTUNREACH: .noAnswer
        default: .failed(errno: number)
        }
    }

    /// Reads what a ``Listener`` wrote: `address|port|peer`, and over UDP the question.
    static func reply(_ text: String) -> ConnectionOutcome {
        let parts = text.split(separator: "|")
        guard (3...4).contains(parts.count), let port = UInt16(parts[1]) else { return .empty }
        return .served(by: SocketAddress(String(parts[0]), port), source: String(parts[2]))
    }
}
