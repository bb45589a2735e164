import CLinux
import Glibc
import IPVS
import InternetAddresses
import Netlink
import Synchronization
import Testing

@Suite("IPVSConnection")
struct IPVSConnectionTests {
    private static let key = VirtualServer.Key(transport: .tcp, address: IPAddress(ipv4: 0x0A60_0001), port: 443)
    private static let zeros12 = [UInt8](repeating: 0, count: 12)

    /// struct genlmsghdr, IPVS_CMD_ATTR_SERVICE
    private static let server: [UInt8] =
        [1, 1, 0, 0] + [84, 0, 1, 0x80]
        + [6, 0, 1, 0, 2, 0, 0, 0] + [6, 0, 2, 0, 6, 0, 0, 0] + [20, 0, 3, 0, 10, 96, 0, 1] + zeros12
        + [6, 0, 4, 0, 1, 187, 0, 0] + [7, 0, 6, 0, 0x73, 0x68, 0, 0]
        // IP_VS_SVC_F_PERSISTENT | IP_VS_SVC_F_HASHED | IP_VS_SVC_F_SCHED2
        + [12, 0, 7, 0, 0x13, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
        + [8, 0, 8, 0, 88, 2, 0, 0] + [8, 0, 9, 0, 255, 255, 255, 0]

    /// struct genlmsghdr, IPVS_CMD_ATTR_DEST: two active and three inactive connections
    private static let real: [UInt8] =
        [1, 1, 0, 0] + [88, 0, 2, 0x80]
        + [20, 0, 1, 0, 10, 244, 0, 5] + zeros12 + [6, 0, 2, 0, 25, 43, 0, 0] + [8, 0, 3, 0, 0, 0, 0, 0]
        + [8, 0, 4, 0, 0, 0, 0, 0] + [8, 0, 5, 0, 0, 0, 0, 0] + [8, 0, 6, 0, 0, 0, 0, 0]
        + [8, 0, 7, 0, 2, 0, 0, 0] + [8, 0, 8, 0, 3, 0, 0, 0] + [6, 0, 11, 0, 2, 0, 0, 0]

    @Test("virtual servers are read with scheduler, flags, persistence and mask")
    func reading() throws {
        var connection = try IPVSConnection(
            Kernel { _, sequence in [Kernel.part(sequence, Self.server), Kernel.done(sequence)] })
        let servers = try connection.virtualServers()
        #expect(
            servers == [
                VirtualServer(
                    key: Self.key, scheduler: Scheduler("sh", flags: .port), persistence: 600, persistencePrefix: 24)
            ])
    }

    @Test("real servers are requested by virtual server, and read with their connections")
    func readingRealServers() throws {
        let kernel = Kernel { _, sequence in [Kernel.part(sequence, Self.real), Kernel.done(sequence)] }
        var connection = try IPVSConnection(kernel)
        let servers = try connection.realServers(of: Self.key)
        let key = RealServer.Key(address: IPAddress(ipv4: 0x0AF4_0005), port: 6443)
        #expect(
            servers == [
                RealServerStatus(
                    server: RealServer(key: key, weight: 0), activeConnections: 2, inactiveConnections: 3)
            ])
        let request = try #require(kernel.requests.last)
        // struct genlmsghdr: IPVS_CMD_GET_DEST, version; IPVS_CMD_ATTR_SERVICE
        #expect(Array(request[16..<24]) == [8, 1, 0, 0] + [48, 0, 1, 0x80])
    }

    @Test("servers identified by a mark are ignored")
    func marks() throws {
        // IPVS_SVC_ATTR_AF, IPVS_SVC_ATTR_FWMARK
        let marked: [UInt8] = [1, 1, 0, 0] + [20, 0, 1, 0x80] + [6, 0, 1, 0, 2, 0, 0, 0] + [8, 0, 5, 0, 7, 0, 0, 0]
        var connection = try IPVSConnection(
            Kernel { _, sequence in [Kernel.part(sequence, marked), Kernel.done(sequence)] })
        let servers = try connection.virtualServers()
        #expect(servers.isEmpty)
    }

    @Test("without IPVS the error names the module")
    func missing() {
        let error = #expect(throws: NetlinkError.self) {
            _ = try IPVSConnection(Kernel(hasIPVS: false) { _, _ in [] })
        }
        #expect(error?.description.contains("modprobe ip_vs") == true)
    }

    @Test("an answer truncated anywhere is skipped or an error, never a trap")
    func truncations() throws {
        for whole in [Self.server, Self.real] {
            for count in 0..<whole.count {
                var connection = try IPVSConnection(
                    Kernel { _, sequence in [Kernel.part(sequence, Array(whole.prefix(count))), Kernel.done(sequence)] }
                )
                do throws(NetlinkError) {
                    _ = try connection.virtualServers()
                    _ = try connection.realServers(of: Self.key)
                } catch {
                    #expect(error.errno == EBADMSG, "\(count) bytes")
                }
            }
        }
    }
}

/// A kernel with the family IPVS as number 0x1D, and otherwise scripted answers.
private final class Kernel: NetlinkTransport {
    private struct State {
        var requests: [[UInt8]] = []
        var queue: [[UInt8]] = []
    }

    let portID: UInt32 = 1
    private let state = Mutex(State())
    private let hasIPVS: Bool
    private let answer: @Sendable (_ request: [UInt8], _ sequence: UInt32) -> [[UInt8]]

    init(hasIPVS: Bool = true, answer: @escaping @Sendable (_ request: [UInt8], _ sequence: UInt32) -> [[UInt8]]) {
        self.hasIPVS = hasIPVS
        self.answer = answer
    }

    var requests: [[UInt8]] { state.withLock { $0.requests } }

    func reserveSendBuffer(_ bytes: Int) {}

    func send(_ messages: [UInt8]) throws(NetlinkError) {
        let sequence = messages.span.bytes.integer(at: 8, as: UInt32.self)
        let isLookup = messages.span.bytes.integer(at: 4, as: UInt16.self) == UInt16(NLMSG_MIN_TYPE)
        let lookup =
            hasIPVS
            ? [Self.message(0x10, sequence, [1, 2, 0, 0] + [6, 0, 1, 0, 0x1D, 0, 0, 0]), Self.verdict(sequence, 0)]
            : [Self.verdict(sequence, ENOENT)]
        let answers = isLookup ? lookup : answer(messages, sequence)
        state.withLock { state in
            state.requests.append(messages)
            state.queue += answers
        }
    }

    func receive(into buffer: inout [UInt8], wait: Bool) throws(NetlinkError) -> Int? {
        guard let next = state.withLock({ $0.queue.isEmpty ? nil : $0.queue.removeFirst() }) else {
            if wait { throw NetlinkError(operation: "the script is at its end", errno: EPIPE) }
            return nil
        }
        buffer.replaceSubrange(0..<next.count, with: next)
        return next.count
    }

    static func part(_ sequence: UInt32, _ payload: [UInt8]) -> [UInt8] {
        message(0x1D, sequence, flags: NLM_F_MULTI, payload)
    }

    static func done(_ sequence: UInt32) -> [UInt8] {
        message(UInt16(NLMSG_DONE), sequence, flags: NLM_F_MULTI, [0, 0, 0, 0])
    }

    private static func verdict(_ sequence: UInt32, _ errno: Int32) -> [UInt8] {
        let number = withUnsafeBytes(of: -errno) { [UInt8]($0) }
        return message(
            UInt16(NLMSG_ERROR), sequence, flags: NLM_F_CAPPED, number + [UInt8](repeating: 0, count: 16))
    }

    private static func message(
        _ type: UInt16, _ sequence: UInt32, flags: Int32 = 0, _ payload: [UInt8]
    ) -> [UInt8] {
        var writer = MessageWriter()
        writer.message(type: type, flags: UInt16(flags), sequence: sequence) { $0.append(contentsOf: payload) }
        return writer.bytes
    }
}
