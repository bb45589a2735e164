import Glibc

/// A socket that answers each connection with `address|port|peer` and closes it, and each datagram with
/// `address|port|peer|datagram`.
final class Listener: Sendable {
    private let socket: Descriptor
    private let name: String
    private let transport: Transport

    var descriptor: Int32 { socket.number }

    /// Listens in the namespace of the calling thread.
    init(_ address: SocketAddress, _ transport: Transport) throws {
        socket = try address.socket(transport)
        name = "\(address.ip)|\(address.port)"
        self.transport = transport
        var yes: Int32 = 1
        setsockopt(socket.number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard try address.withSockAddr({ bind(socket.number, $0, $1) }) == 0,
            transport == .udp || listen(socket.number, 1024) == 0
        else { throw LabError.system("cannot listen on \(address)") }
    }

    /// Answers all waiting clients. True: there may be more.
    func answer() -> Bool {
        while transport == .udp ? answerDatagram() : answerConnection() {}
        return true
    }

    private func answerConnection() -> Bool {
        var peer = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let connection = withSockAddr(&peer) { accept(socket.number, $0, &length) }
        guard connection >= 0 else { return false }
        let reply = "\(name)|\(SocketAddress.ip(in: peer))"
        // The reply is smaller than any socket buffer, so this does not block. A client that has closed gets nothing.
        send(connection, reply, reply.utf8.count, Int32(MSG_NOSIGNAL))
        close(connection)
        return true
    }

    private func answerDatagram() -> Bool {
        var peer = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var datagram = [UInt8](repeating: 0, count: 64)
        let count = withSockAddr(&peer) { recvfrom(socket.number, &datagram, datagram.count, 0, $0, &length) }
        guard count >= 0 else { return false }
        let question = String(decoding: datagram.prefix(count), as: UTF8.self)
        let reply = "\(name)|\(SocketAddress.ip(in: peer))|\(question)"
        _ = withSockAddr(&peer) { sendto(socket.number, reply, reply.utf8.count, 0, $0, length) }
        return true
    }

    private func withSockAddr<R>(
        _ storage: inout sockaddr_storage, _ body: (UnsafeMutablePointer<sockaddr>) -> R
    ) -> R {
        withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
        }
    }
}
