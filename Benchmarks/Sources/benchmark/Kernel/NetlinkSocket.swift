import CBenchmark
import Glibc

/// A non-blocking netfilter netlink socket.
struct NetlinkSocket {
    let descriptor: Descriptor

    init() throws {
        descriptor = try Descriptor(
            socket(
                AF_NETLINK, Int32(SOCK_RAW.rawValue | SOCK_NONBLOCK.rawValue), NETLINK_NETFILTER
            ),
            "open a netlink socket")
        // Without its own address a socket gets no messages of a group that it joins.
        var address = sockaddr_nl()
        address.nl_family = sa_family_t(AF_NETLINK)
        let (number, length) = (descriptor.number, socklen_t(MemoryLayout<sockaddr_nl>.size))
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, length) }
        }
        guard result == 0 else { throw BenchmarkError.system("cannot bind a netlink socket") }
        // A transaction is sent in one piece.
        var size: Int32 = 16 << 20
        for option in [SO_SNDBUFFORCE, SO_RCVBUFFORCE] {
            setsockopt(descriptor.number, SOL_SOCKET, option, &size, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    /// Makes the kernel announce changes.
    func join(_ group: nfnetlink_groups) throws {
        var number = Int32(group.rawValue)
        let size = socklen_t(MemoryLayout<Int32>.size)
        guard setsockopt(descriptor.number, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &number, size) == 0 else {
            throw BenchmarkError.system("cannot listen to nf_tables")
        }
    }

    /// Sends a transaction and returns when the kernel has processed it.
    func send(_ transaction: [UInt8]) throws {
        let count = Glibc.send(descriptor.number, transaction, transaction.count, 0)
        guard count == transaction.count else { throw BenchmarkError.system("cannot send to nf_tables") }
    }

    /// Throws the first refusal among the pending answers.
    func checkAnswers() throws {
        try receive { type, payload in
            guard type == NLMSG_ERROR, payload.count >= 4 else { return }
            let error = -payload.loadUnaligned(as: Int32.self)
            guard error == 0 else {
                throw BenchmarkError(code: .kernel, message: "nf_tables refused a message", errorNumber: error)
            }
        }
    }

    /// The number of transactions announced since the last call.
    func announcedCommits() throws -> Int {
        let newGeneration = Int32(NFNL_SUBSYS_NFTABLES) << 8 | Int32(NFT_MSG_NEWGEN.rawValue)
        var count = 0
        try receive { type, _ in if type == newGeneration { count += 1 } }
        return count
    }

    /// Passes on each pending message, without waiting for any.
    private func receive(_ body: (_ type: Int32, _ payload: UnsafeRawBufferPointer) throws -> Void) throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor.number, &buffer, buffer.count, 0)
            if count < 0 {
                if errno == EAGAIN { return }
                if errno == EINTR { continue }
                throw BenchmarkError.system("cannot read from nf_tables")
            }
            try buffer.withUnsafeBytes { bytes in
                var rest = UnsafeRawBufferPointer(rebasing: bytes.prefix(count))
                while rest.count >= MemoryLayout<nlmsghdr>.size {
                    let header = rest.loadUnaligned(as: nlmsghdr.self)
                    let length = Int(header.nlmsg_len)
                    guard length >= MemoryLayout<nlmsghdr>.size, length <= rest.count else { return }
                    try body(
                        Int32(header.nlmsg_type),
                        UnsafeRawBufferPointer(rebasing: rest[MemoryLayout<nlmsghdr>.size..<length]))
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst((length + 3) & ~3))
                }
            }
        }
    }
}
