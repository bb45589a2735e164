import BlockingThreads
import CLinux
import Glibc
import InternetAddresses

@testable import UserspaceProxy

/// Runs a test's body on a separate thread, where it may block.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try OwnedThread.start(name: "test") { continuation.resume(with: Result(catching: body)) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

/// A socket on the loopback interface whose calls block, for up to two minutes.
final class TestSocket: @unchecked Sendable {
    private(set) var descriptor: CInt

    static let loopback = IPAddress(ipv4: 0x7F00_0001)

    init(_ type: __socket_type = SOCK_STREAM) throws {
        descriptor = socket(AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw RelayError("make a socket", errno: errno) }
        setTimeout()
    }

    private init(accepted: CInt) {
        descriptor = accepted
        setTimeout()
    }

    deinit { close() }

    private func setTimeout() {
        var limit = timeval(tv_sec: 120, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    /// A listening socket, or a UDP socket, at a port that the kernel chooses.
    static func server(_ type: __socket_type = SOCK_STREAM, backlog: Int32 = 128) throws -> TestSocket {
        let server = try TestSocket(type)
        try server.bind(RelayAddress(loopback, 0))
        if type == SOCK_STREAM { try check(listen(server.descriptor, backlog), "listen") }
        return server
    }

    /// A connection to an address, from another one if given.
    static func client(_ target: RelayAddress, from source: IPAddress? = nil) throws -> TestSocket {
        let client = try TestSocket()
        if let source { try client.bind(RelayAddress(source, 0)) }
        try client.connect(target)
        return client
    }

    func bind(_ address: RelayAddress) throws {
        var storage = address.storage
        _ = try withUnsafePointer(to: &storage) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                try check(Glibc.bind(descriptor, $0, address.storageLength), "bind \(address)")
            }
        }
    }

    func connect(_ target: RelayAddress) throws {
        var storage = target.storage
        let result = CLinux_connect(descriptor, &storage)
        guard result == 0 else { throw RelayError("connect to \(target)", errno: -result) }
    }

    func accept() throws -> TestSocket {
        TestSocket(accepted: try check(Glibc.accept(descriptor, nil, nil), "accept"))
    }

    var address: RelayAddress {
        get throws {
            var storage = sockaddr_storage()
            let result = CLinux_own_address(descriptor, &storage)
            guard result == 0, let address = RelayAddress(storage) else {
                throw RelayError("own address", errno: -result)
            }
            return address
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            sent += try bytes.withUnsafeBytes {
                try check(
                    Glibc.send(
                        descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL)
                    ),
                    "send")
            }
        }
    }

    /// The available bytes, up to this many; empty at the end.
    func receive(_ size: Int = 65_536) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size)
        let count = try check(recv(descriptor, &bytes, size, 0), "receive")
        return Array(bytes.prefix(count))
    }

    func receiveText() throws -> String { String(decoding: try receive(), as: UTF8.self) }

    /// Everything until the end.
    func receiveAll() throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let part = try receive(1 << 20)
            if part.isEmpty { return all }
            all += part
        }
    }

    /// Ends sending.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    func reset() {
        CLinux_reset(descriptor)
        descriptor = -1
    }
}

@discardableResult
private func check<Number: BinaryInteger>(_ result: Number, _ operation: String) throws -> Number {
    guard result >= 0 else { throw RelayError(operation, errno: errno) }
    return result
}
