import CLinux
import Conntrack
import Glibc
import InternetAddresses
import Netlink
import Testing

@Suite("ConntrackConnection")
struct ConntrackMessageTests {
    private static let entry = ConntrackEntry(
        transport: .udp, source: ip("10.0.0.1"), sourcePort: 0x1234, destination: ip("10.96.0.10"), destinationPort: 53,
        replySource: ip("10.244.0.5"), replySourcePort: 5353, id: 0x0A0B_0C0D, zone: 7)

    /// struct nfgenmsg: AF_INET, version 0
    private static let told: [UInt8] =
        [2, 0, 0, 0]
        // CTA_TUPLE_ORIG { CTA_TUPLE_IP { CTA_IP_V4_SRC, CTA_IP_V4_DST }
        + [52, 0, 1, 0x80] + [20, 0, 1, 0x80] + [8, 0, 1, 0, 10, 0, 0, 1] + [8, 0, 2, 0, 10, 96, 0, 10]
        // CTA_TUPLE_PROTO { CTA_PROTO_NUM, CTA_PROTO_SRC_PORT, CTA_PROTO_DST_PORT } }
        + [28, 0, 2, 0x80] + [5, 0, 1, 0, 17, 0, 0, 0] + [6, 0, 2, 0, 0x12, 0x34, 0, 0] + [6, 0, 3, 0, 0, 53, 0, 0]
        // CTA_TUPLE_REPLY, likewise
        + [52, 0, 2, 0x80] + [20, 0, 1, 0x80] + [8, 0, 1, 0, 10, 244, 0, 5] + [8, 0, 2, 0, 10, 0, 0, 1]
        + [28, 0, 2, 0x80] + [5, 0, 1, 0, 17, 0, 0, 0] + [6, 0, 2, 0, 0x14, 0xE9, 0, 0] + [
            6, 0, 3, 0, 0x12, 0x34, 0, 0,
        ]
        // CTA_ZONE, CTA_ID
        + [6, 0, 18, 0, 0, 7, 0, 0] + [8, 0, 12, 0, 10, 11, 12, 13]

    @Test("a deletion names tuple, zone and id, and the last one asks for an answer")
    func deletion() throws {
        let transport = ScriptedTransport { _, sequence in [ScriptedTransport.refusal(sequence, 0)] }
        var conntrack = ConntrackConnection(transport)
        let deleted = try conntrack.delete([Self.entry])
        #expect(deleted == 1)
        let request = try #require(transport.requests.first)
        // struct nlmsghdr: length, IPCTNL_MSG_CT_DELETE of NFNL_SUBSYS_CTNETLINK, NLM_F_REQUEST | NLM_F_ACK
        #expect(Array(request.prefix(8)) == [88, 0, 0, 0, 2, 1, 5, 0])
        // struct nfgenmsg and the original tuple as received, then CTA_ZONE and CTA_ID
        #expect(Array(request.dropFirst(16)) == Array(Self.told.prefix(56) + Self.told.suffix(16)))
    }

    @Test("a dump asks for one protocol, and the answer is read")
    func dump() throws {
        let transport = ScriptedTransport { _, sequence in
            [ScriptedTransport.message(256, sequence, Self.told), ScriptedTransport.done(sequence)]
        }
        var conntrack = ConntrackConnection(transport)
        let entries = try conntrack.entries(.ipv4, .udp) { _ in true }
        #expect(entries == [Self.entry])
        let request = try #require(transport.requests.first)
        #expect(
            Array(request.dropFirst(16)) == [2, 0, 0, 0]
                // CTA_TUPLE_ORIG { CTA_TUPLE_PROTO { CTA_PROTO_NUM 17 } }
                + [16, 0, 1, 0x80] + [12, 0, 2, 0x80] + [5, 0, 1, 0, 17, 0, 0, 0]
                // CTA_FILTER { CTA_FILTER_ORIG_FLAGS }, in host order
                + [12, 0, 25, 0x80] + [8, 0, 1, 0, 8, 0, 0, 0])
    }

    @Test("if the kernel refuses the filter, it is omitted from then on", arguments: [EOPNOTSUPP, EINVAL])
    func withoutFilter(errno: Int32) throws {
        let transport = ScriptedTransport { number, sequence in
            number == 0
                ? [ScriptedTransport.refusal(sequence, errno)]
                : [ScriptedTransport.message(256, sequence, Self.told), ScriptedTransport.done(sequence)]
        }
        var conntrack = ConntrackConnection(transport)
        for _ in 0..<2 {
            let entries = try conntrack.entries(.ipv4, .udp) { _ in true }
            #expect(entries == [Self.entry])
        }
        let others = try conntrack.entries(.ipv4, .tcp) { _ in true }
        #expect(others.isEmpty)
        #expect(transport.requests.map(\.count) == [48, 20, 20, 20])
    }

    @Test("an interrupted dump is restarted, and finally given up")
    func interrupted() throws {
        let once = ScriptedTransport { number, sequence in
            let flags = NLM_F_MULTI | (number == 0 ? NLM_F_DUMP_INTR : 0)
            return [
                ScriptedTransport.message(256, sequence, Self.told), ScriptedTransport.done(sequence, flags: flags),
            ]
        }
        var conntrack = ConntrackConnection(once)
        let entries = try conntrack.entries(.ipv4, .udp) { _ in true }
        #expect(entries == [Self.entry])
        let always = ScriptedTransport { [ScriptedTransport.done($1, flags: NLM_F_MULTI | NLM_F_DUMP_INTR)] }
        var other = ConntrackConnection(always)
        let error = #expect(throws: NetlinkError.self) { _ = try other.entries(.ipv4, .udp) { _ in true } }
        #expect(error?.errno == EINTR)
        #expect(error?.isTransient == true)
        #expect(always.requests.count == 4)
    }

    @Test("an overrun is an error that a retry may fix")
    func overrun() {
        var conntrack = ConntrackConnection(ScriptedTransport { _, _ in [.failure(ENOBUFS)] })
        let dump = #expect(throws: NetlinkError.self) { _ = try conntrack.entries(.ipv4, .udp) { _ in true } }
        #expect(dump?.isTransient == true)
        let deletion = #expect(throws: NetlinkError.self) { _ = try conntrack.delete([Self.entry]) }
        #expect(deletion?.isTransient == true)
    }

    @Test("a refusal is thrown once everything else has been tried")
    func refusedDeletion() {
        let transport = ScriptedTransport { number, sequence in
            number == 0
                ? [
                    ScriptedTransport.refusal(sequence, ENOENT), ScriptedTransport.refusal(sequence + 1, EPERM),
                    ScriptedTransport.refusal(sequence + 499, 0),
                ]
                : [ScriptedTransport.refusal(sequence, 0)]
        }
        var conntrack = ConntrackConnection(transport)
        let entries = [ConntrackEntry](repeating: Self.entry, count: 501)
        let error = #expect(throws: NetlinkError.self) { _ = try conntrack.delete(entries) }
        #expect(error?.errno == EPERM)
        #expect(transport.requests.count == 2)
    }

    @Test("an entry truncated anywhere is skipped or an error, never a trap")
    func truncations() {
        for count in 0..<Self.told.count {
            let transport = ScriptedTransport { _, sequence in
                [
                    ScriptedTransport.message(256, sequence, Array(Self.told.prefix(count))),
                    ScriptedTransport.done(sequence),
                ]
            }
            var conntrack = ConntrackConnection(transport)
            do {
                let entries = try conntrack.entries(.ipv4, .udp) { _ in true }
                #expect(entries != [Self.entry], "\(count) bytes")
            } catch {
                #expect(error.errno == EBADMSG, "\(count) bytes")
            }
        }
    }
}
