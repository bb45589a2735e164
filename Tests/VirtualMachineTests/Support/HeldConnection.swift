import Glibc
import LabKit

/// A TCP connection that stays open, with both ends held by the test.
struct HeldConnection {
    let client: NetworkNamespace
    let server: NetworkNamespace
    private let clientSocket: Int32
    private let serverSocket: Int32

    /// Connects `client` to `target`, and accepts the connection from `listener` in `server`.
    init(_ client: NetworkNamespace, to target: String, _ port: UInt16, at server: NetworkNamespace, _ listener: Int32)
        async throws
    {
        self.client = client
        self.server = server
        clientSocket = try await client.openConnection(target, port)
        serverSocket = try await server.acceptConnection(listener)
    }

    /// Whether a byte gets through in each direction.
    func isAlive() async throws -> Bool {
        guard try await client.sendByte(clientSocket) else { return false }
        guard try await server.receiveByte(serverSocket) else { return false }
        guard try await server.sendByte(serverSocket) else { return false }
        return try await client.receiveByte(clientSocket)
    }

    /// Resets the connection from the client's side, so that it is soon forgotten.
    func reset() async throws {
        try await client.resetConnection(clientSocket)
        try await server.resetConnection(serverSocket)
    }
}

extension NetworkNamespace {
    /// A listening socket, for accepting by hand.
    func listen(_ address: String, _ port: UInt16) throws -> Int32 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        try checkLab(withAddress(address, port) { Glibc.bind(socket, $0, $1) }, "bind")
        try checkLab(Glibc.listen(socket, 16), "listen")
        return socket
    }

    fileprivate func openConnection(_ address: String, _ port: UInt16) throws -> Int32 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        limitWaiting(socket)
        try checkLab(withAddress(address, port) { Glibc.connect(socket, $0, $1) }, "connect")
        return socket
    }

    fileprivate func acceptConnection(_ listener: Int32) throws -> Int32 {
        limitWaiting(listener)
        let socket = accept(listener, nil, nil)
        try checkLab(socket < 0 ? -1 : 0, "accept")
        limitWaiting(socket)
        return socket
    }

    fileprivate func sendByte(_ socket: Int32) throws -> Bool { send(socket, "x", 1, Int32(MSG_NOSIGNAL)) == 1 }

    fileprivate func receiveByte(_ socket: Int32) throws -> Bool {
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, 0) == 1
    }

    fileprivate func resetConnection(_ socket: Int32) throws {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close(socket)
    }

    private func limitWaiting(_ socket: Int32) {
        var timeout = timeval(tv_sec: 60, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
    }

    private func withAddress(
        _ address: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var storage = sockaddr_in()
        storage.sin_family = sa_family_t(AF_INET)
        storage.sin_port = port.bigEndian
        inet_pton(AF_INET, address, &storage.sin_addr)
        return withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private func checkLab(_ result: Int32, _ what: String) throws {
        guard result == 0 else { throw LabError(.command, "\(what): \(String(cString: strerror(errno)))") }
    }
}
