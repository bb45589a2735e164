import CLinux
import Glibc
import Netlink
import Testing

@Suite("RequestBatch")
struct RequestBatchTests {
    @Test("requests are sent together, numbered, and the last one asks for an answer")
    func bytes() throws {
        let transport = FakeTransport { [.datagram(acknowledgement(sequence(of: $0) + 1))] }
        var connection = NetlinkConnection(transport)
        var batch = RequestBatch()
        batch.add(type: 0x10, flags: NLM_F_CREATE) { $0.attribute(1, host: UInt32(7)) }
        batch.add(type: 0x11) { $0.attribute(2, host: UInt16(8)) }
        let refusals = try connection.send(&batch)
        #expect(refusals.isEmpty)
        let sent = try #require(transport.sent.first)
        let number = sequence(of: sent)
        #expect(transport.sent.count == 1)
        #expect(
            sent
                // struct nlmsghdr: length, type, NLM_F_REQUEST | NLM_F_CREATE, sequence, port
                == [24, 0, 0, 0, 0x10, 0, 1, 4] + host(number) + [0, 0, 0, 0] + [8, 0, 1, 0, 7, 0, 0, 0]
                // struct nlmsghdr: …, NLM_F_REQUEST | NLM_F_ACK
                + [24, 0, 0, 0, 0x11, 0, 5, 0] + host(number + 1) + [0, 0, 0, 0] + [6, 0, 2, 0, 8, 0, 0, 0])
    }

    @Test("refusals are returned by index in the batch, across several sends")
    func refusals() throws {
        let transport = FakeTransport { request in
            let first = sequence(of: request)
            let count = UInt32(request.count / 16)
            var answers = [FakeTransport.Step.datagram(refusal(first + 1, EEXIST))]
            answers.append(.datagram(acknowledgement(first + count - 1)))
            return answers
        }
        var connection = NetlinkConnection(transport)
        var batch = RequestBatch()
        for _ in 0..<1200 { batch.add(type: 0x10) { _ in } }
        let refusals = try connection.send(&batch)
        #expect(refusals.mapValues(\.errno) == [1: EEXIST, 501: EEXIST, 1001: EEXIST])
        #expect(transport.sent.map(\.count) == [500 * 16, 500 * 16, 200 * 16])
        #expect(Set(transport.sent.map { sequence(of: $0) }).count == 3)
    }

    @Test("large requests are spread over sends that fit the socket")
    func large() throws {
        let transport = FakeTransport { request in
            var position = 0
            var last: UInt32 = 0
            while position < request.count {
                last = sequence(of: Array(request[position...]))
                position += Int(request[position...].withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
            }
            return [.datagram(acknowledgement(last))]
        }
        var connection = NetlinkConnection(transport)
        var batch = RequestBatch()
        for _ in 0..<5 { batch.add(type: 0x10) { $0.append(contentsOf: [UInt8](repeating: 0, count: 30_000)) } }
        _ = try connection.send(&batch)
        #expect(transport.sent.map(\.count) == [2 * 30_016, 2 * 30_016, 30_016])
    }

    @Test("nothing is sent for an empty batch")
    func empty() throws {
        let transport = FakeTransport()
        var connection = NetlinkConnection(transport)
        var batch = RequestBatch()
        _ = try connection.send(&batch)
        #expect(transport.sent.isEmpty)
    }
}

@Suite("GenericNetlink")
struct GenericNetlinkTests {
    @Test("a family is looked up by name, and its number read")
    func lookup() throws {
        let transport = FakeTransport { request in
            let number = sequence(of: request)
            let answer =
                [1, 2, 0, 0] + attribute(UInt32(CTRL_ATTR_FAMILY_NAME), Array("IPVS".utf8) + [0])
                + attribute(UInt32(CTRL_ATTR_FAMILY_ID), host(UInt16(0x1D)))
            return [.datagram(message(0x10, sequence: number, answer)), .datagram(acknowledgement(number))]
        }
        var connection = NetlinkConnection(transport)
        let family = try GenericNetlink.family("IPVS", module: "ip_vs", over: &connection)
        #expect(family == 0x1D)
        let request = try #require(transport.sent.first)
        // struct nlmsghdr: length, GENL_ID_CTRL, NLM_F_REQUEST | NLM_F_ACK
        #expect(Array(request.prefix(8)) == [32, 0, 0, 0, 0x10, 0, 5, 0])
        // struct genlmsghdr: CTRL_CMD_GETFAMILY, version; CTRL_ATTR_FAMILY_NAME
        #expect(Array(request.dropFirst(16)) == [3, 1, 0, 0] + [9, 0, 2, 0] + Array("IPVS".utf8) + [0, 0, 0, 0])
    }

    @Test("the error for a missing family names the module to load")
    func missing() {
        let transport = FakeTransport { [.datagram(refusal(sequence(of: $0), ENOENT))] }
        var connection = NetlinkConnection(transport)
        let error = #expect(throws: NetlinkError.self) {
            _ = try GenericNetlink.family("IPVS", module: "ip_vs", over: &connection)
        }
        #expect(error?.errno == ENOENT)
        #expect(error?.description.contains("modprobe ip_vs") == true)
    }
}
