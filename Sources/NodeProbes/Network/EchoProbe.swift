package import Diagnosis
import Glibc
package import InternetAddresses

/// Unfragmentable echo requests: whether large packets arrive where small ones do.
package enum EchoProbe {
    /// Sends each address a small request and one of the MTU's size, concurrently; blocks for at most `timeout`.
    /// Addresses whose small request cannot be sent are missing.
    package static func ask(
        _ targets: [IPAddress: Int], timeout: Duration = .milliseconds(300)
    ) -> [IPAddress: WayFacts.Echo] {
        let deadline = ContinuousClock.now + timeout
        var waiting: [(address: IPAddress, size: Int, small: Socket, large: Socket?, reported: Int?)] = []
        for (address, mtu) in targets {
            guard let small = request(address, size: 64), case let (large, reported) = largeRequest(address, size: mtu)
            else { continue }
            waiting.append((address, mtu, small, large, reported))
        }
        var echoes: [IPAddress: WayFacts.Echo] = [:]
        for one in waiting {
            let isSmall = hasAnswer(one.small, until: deadline)
            let isLarge = one.large.map { hasAnswer($0, until: isSmall ? deadline : .now) } ?? false
            echoes[one.address] = WayFacts.Echo(
                answersSmall: isSmall, answersLarge: isLarge, size: one.size, reported: one.reported)
        }
        return echoes
    }

    /// `nil` and this machine's known maximum size, if it refuses to send.
    private static func largeRequest(_ address: IPAddress, size: Int) -> (Socket?, Int?) {
        // The MTU of loopback interfaces exceeds a datagram.
        (request(address, size: min(size, 65_000)), nil)
    }

    private static func request(_ address: IPAddress, size: Int) -> Socket? {
        let isIPv4 = address.family == .ipv4
        let target = SocketAddress(address, port: 0)
        // An unprivileged echo socket, which receives only its own answers; a raw one, which needs root, if
        // those are disabled.
        let number = isIPv4 ? Int32(IPPROTO_ICMP) : Int32(IPPROTO_ICMPV6)
        guard
            let socket = Socket(target.family, SOCK_DGRAM, protocol: number)
                ?? Socket(target.family, SOCK_RAW, protocol: number)
        else { return nil }
        var probe: Int32 = isIPv4 ? Int32(IP_PMTUDISC_PROBE) : Int32(IPV6_PMTUDISC_PROBE)
        let level = isIPv4 ? Int32(IPPROTO_IP) : Int32(IPPROTO_IPV6)
        let option = isIPv4 ? Int32(IP_MTU_DISCOVER) : Int32(IPV6_MTU_DISCOVER)
        setsockopt(socket.number, level, option, &probe, socklen_t(MemoryLayout<Int32>.size))
        guard socket.connect(to: target) == 0 else { return nil }
        let header = isIPv4 ? 20 : 40
        var message = [UInt8](repeating: 0, count: max(8, size - header))
        message[0] = isIPv4 ? 8 : 128
        message[4] = UInt8.random(in: 0...255)
        message[5] = UInt8.random(in: 0...255)
        message[7] = 1
        if isIPv4 {
            let sum = checksum(message)
            message[2] = UInt8(sum >> 8)
            message[3] = UInt8(sum & 0xFF)
        }
        return send(socket.number, message, message.count, Int32(MSG_NOSIGNAL)) > 0 ? socket : nil
    }

    /// RFC 1071.
    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            sum += UInt32(bytes[index]) << 8 | (index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0)
        }
        while sum >> 16 != 0 { sum = sum & 0xFFFF + sum >> 16 }
        return ~UInt16(sum)
    }

    private static func hasAnswer(_ socket: Socket, until deadline: ContinuousClock.Instant) -> Bool {
        while socket.wait(for: Int32(POLLIN), until: deadline) {
            var buffer = [UInt8](repeating: 0, count: 128)
            let count = recv(socket.number, &buffer, buffer.count, 0)
            guard count > 0 else { return false }
            // A raw IPv4 socket also delivers the IP header, and all processes' messages.
            let start = buffer[0] >> 4 == 4 && buffer[0] & 15 >= 5 ? Int(buffer[0] & 15) * 4 : 0
            if start < count, buffer[start] == 0 || buffer[start] == 129 { return true }
            // However many others come, the wait ends.
            if deadline <= .now { return false }
        }
        return false
    }
}
