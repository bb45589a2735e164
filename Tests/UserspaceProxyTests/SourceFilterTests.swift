import CLinux
import Glibc
import InternetAddresses
import Testing

@testable import UserspaceProxy

@Suite("Source filters")
struct SourceFilterTests {
    private func networks(_ texts: String...) throws -> [IPNetwork] {
        try texts.map { try #require(IPNetwork($0)) }
    }

    @Test("the program admits what the filter admits, in both families")
    func program() throws {
        let filters = [
            SourceFilter.everyone, .nobody, SourceFilter([try networks("0.0.0.0/0", "::/0")]),
            SourceFilter([try networks("203.0.113.0/24", "10.0.0.0/9", "192.0.2.7/32")]),
            SourceFilter([try networks("fd00:1::/32", "2001:db8:8000::/33", "::1/128", "fd00:2:3:4:5:6:7:8/127")]),
            SourceFilter([try networks("10.0.0.0/8", "fd00::/8"), try networks("10.1.0.0/16", "fd00:9::/32")]),
        ]
        let sources = try [
            "203.0.113.10", "203.0.114.1", "10.0.0.1", "10.127.255.255", "10.128.0.0", "10.1.2.3", "192.0.2.7",
            "192.0.2.6", "fd00:1::5", "fd00:2::5", "2001:db8:8000::1", "2001:db8:7fff::1", "::1", "::2",
            "fd00:2:3:4:5:6:7:9", "fd00:2:3:4:5:6:7:a", "fd00:9::1",
        ].map { try #require(IPAddress($0)) }
        for filter in filters {
            for source in sources {
                let program = try #require(filter.program(source.family))
                #expect(
                    program.isEmpty ? filter == .everyone : Self.run(program, source) == filter.admits(source),
                    "\(filter.required) \(source)")
            }
        }
    }

    @Test("a filter that would be too long for the kernel is refused")
    func tooLong() {
        let networks = (0..<2000).compactMap { IPNetwork(containing: IPAddress(ipv4: $0 << 8), prefixLength: 25) }
        #expect(SourceFilter([networks]).program(.ipv4) == nil)
    }

    @Test("the kernel drops what the filter does not admit, and accepts it when the filter is removed")
    func kernel() async throws {
        let near = IPAddress(ipv4: 0x7F00_0002)
        let only = SourceFilter([[try #require(IPNetwork(containing: near, prefixLength: 32))]])
        let socket = try ListeningSocket(.udp, RelayAddress(TestSocket.loopback, 0))
        try await onThread {
            func send(_ text: String, from source: IPAddress) throws {
                let client = try TestSocket(SOCK_DGRAM)
                try client.bind(RelayAddress(source, 0))
                try client.connect(socket.address)
                try client.send(text)
            }
            func receive() -> String? {
                var buffer = [UInt8](repeating: 0, count: 16)
                let count = CLinux_receive(socket.descriptor, &buffer, 16)
                return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
            }
            // On the loopback interface a datagram has arrived when sending it returns.
            try socket.hear(only)
            try send("far", from: TestSocket.loopback)
            try send("near", from: near)
            #expect(receive() == "near")
            #expect(receive() == nil)
            try socket.hear(.everyone)
            try send("far", from: TestSocket.loopback)
            #expect(receive() == "far")
            try socket.hear(.nobody)
            try send("near", from: near)
            #expect(receive() == nil)
        }
    }

    /// An interpreter for the few instructions used (Documentation/networking/filter.rst).
    private static func run(_ program: [sock_filter], _ source: IPAddress) -> Bool {
        let bytes = source.networkBytes
        let start = source.family == .ipv4 ? 12 : 8
        var accumulator: UInt32 = 0
        var counter = 0
        while counter < program.count {
            let instruction = program[counter]
            counter += 1
            switch Int32(instruction.code) {
            case BPF_LD | BPF_W | BPF_ABS:
                let offset = Int(Int32(bitPattern: instruction.k) - SKF_NET_OFF) - start
                accumulator = bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
            case BPF_ALU | BPF_AND | BPF_K: accumulator &= instruction.k
            case BPF_JMP | BPF_JEQ | BPF_K:
                counter += Int(accumulator == instruction.k ? instruction.jt : instruction.jf)
            case BPF_JMP | BPF_JA: counter += Int(instruction.k)
            case BPF_RET | BPF_K: return instruction.k != 0
            default: return false
            }
        }
        return false
    }
}
