import CLinux
import Glibc
import Netlink
import Testing

@Suite("NetlinkConnection: requests and acknowledgements")
struct NetlinkTransactTests {
    @Test("an acknowledgement means that nothing was refused")
    func acknowledged() throws {
        #expect(try transact { [.datagram(acknowledgement($0 + 2))] } == [])
    }

    @Test("a refusal carries the error number, the kernel's text, the message and the offset in it")
    func refused() throws {
        let refusals = try transact {
            [.datagram(refusal($0 + 1, EEXIST, text: "no such luck", offset: 36)), .datagram(acknowledgement($0 + 2))]
        }
        let refused = try #require(refusals.first)
        #expect(refusals.count == 1)
        #expect(refused.errno == EEXIST)
        #expect(refused.kernelMessage == "no such luck")
        #expect(refused.offset == 36)
        #expect(refused.sequence != nil)
        #expect("\(refused)".contains("no such luck"))
    }

    @Test("all refusals of a batch are returned in order, even several in one datagram")
    func severalRefusals() throws {
        let refusals = try transact {
            [
                .datagram(refusal($0, ENOENT) + refusal($0 + 1, EINVAL)),
                .datagram(refusal($0 + 2, EBUSY)),
            ]
        }
        #expect(refusals.map(\.errno) == [ENOENT, EINVAL, EBUSY])
    }

    @Test("a refusal without a following acknowledgement is enough")
    func refusalAlone() throws {
        #expect(try transact { [.datagram(refusal($0, EPERM))] }.map(\.errno) == [EPERM])
    }

    @Test("an uncapped refusal, which echoes the whole request, is understood as well")
    func uncapped() throws {
        let refusals = try transact { first in
            let request = [UInt8](repeating: 0xAB, count: 21)
            let padding: [UInt8] = [0, 0, 0]
            let payload =
                host(-EINVAL) + host(UInt32(16 + request.count)) + [UInt8](repeating: 0, count: 12) + request + padding
                + attribute(NLMSGERR_ATTR_MSG.rawValue, Array("too long".utf8) + [0])
            return [.datagram(message(NLMSG_ERROR, sequence: first, flags: NLM_F_ACK_TLVS, payload))]
        }
        #expect(refusals.first?.kernelMessage == "too long")
    }

    @Test("a missing acknowledgement is an error, not success")
    func silence() {
        let error = #expect(throws: NetlinkError.self) { try transact { _ in [] } }
        #expect(error?.errno == ETIMEDOUT)
    }

    @Test("answers to older and later messages are ignored")
    func foreignAnswers() throws {
        let refusals = try transact {
            [
                .datagram(refusal($0 &- 1, EIO)), .datagram(refusal($0 + 3, EIO)),
                .datagram(message(NLMSG_NOOP, sequence: $0)), .datagram(acknowledgement($0 + 2)),
            ]
        }
        #expect(refusals == [])
    }

    @Test("messages pending before the request are discarded, including an overrun")
    func staleAnswers() throws {
        let stale: [FakeTransport.Step] = [.datagram([1, 2, 3]), .failure(ENOBUFS), .datagram(refusal(1, EIO))]
        #expect(try transact(stale: stale) { [.datagram(acknowledgement($0 + 2))] } == [])
    }

    @Test("an overrun while reading answers is an error that a retry may fix")
    func overrun() {
        let error = #expect(throws: NetlinkError.self) { try transact { _ in [.failure(ENOBUFS)] } }
        #expect(error?.errno == ENOBUFS)
        #expect(error?.isTransient == true)
    }

    @Test("an answer truncated anywhere gives an error or a result, never a trap")
    func truncations() {
        let whole = refusal(1, EEXIST, text: "some words", offset: 20)
        for count in 0..<whole.count {
            let outcome = Result {
                try transact { first in
                    var bytes = refusal(first, EEXIST, text: "some words", offset: 20)
                    bytes.removeLast(bytes.count - count)
                    return [.datagram(bytes)]
                }
            }
            #expect(throws: NetlinkError.self, "\(count) bytes") { try outcome.get() }
        }
    }

    @Test("a truncated answer with a matching length gives the error number, if there is one")
    func shortAnswers() throws {
        let whole = refusal(1, EEXIST, text: "some words", offset: 20)
        for count in 20..<whole.count {
            let refusals = try transact { first in
                var bytes = refusal(first, EEXIST, text: "some words", offset: 20)
                bytes.removeLast(bytes.count - count)
                bytes.replaceSubrange(0..<4, with: host(UInt32(count)))
                return [.datagram(bytes)]
            }
            #expect(refusals.map(\.errno) == [EEXIST], "\(count) bytes")
        }
    }

    @Test("the most negative error number does not trap")
    func extremeError() throws {
        let refusals = try transact { first in
            [.datagram(message(NLMSG_ERROR, sequence: first, host(Int32.min) + [UInt8](repeating: 0, count: 16)))]
        }
        #expect(refusals.count == 1)
    }

    @Test("sequence numbers continue after the caller's")
    func numbering() {
        var connection = NetlinkConnection(FakeTransport())
        let first = connection.nextSequence()
        #expect(connection.nextSequence() == first + 1)
        connection.continueSequence(behind: first + 10)
        #expect(connection.nextSequence() == first + 11)
    }

    /// Sends a request of three messages; `answer` receives the number of the first.
    private func transact(
        stale: [FakeTransport.Step] = [], answer: @escaping @Sendable (UInt32) -> [FakeTransport.Step]
    ) throws -> [NetlinkError] {
        let transport = FakeTransport(stale: stale) { answer(sequence(of: $0)) }
        var connection = NetlinkConnection(transport)
        let first = connection.nextSequence()
        var writer = MessageWriter()
        for offset in 0..<3 as Range<UInt32> {
            writer.message(type: 16, flags: 1, sequence: first + offset) { _ in }
        }
        let refusals = try connection.transact(writer.bytes, first: first, last: first + 2)
        #expect(transport.sent == [writer.bytes])
        return refusals
    }
}

@Suite("NetlinkConnection: dumps")
struct NetlinkDumpTests {
    @Test("a dump in many datagrams and messages arrives complete and in order")
    func manyParts() throws {
        let payloads = try dump { sequence in
            (0..<5 as Range<UInt8>).map { part -> FakeTransport.Step in
                let one = message(16, sequence: sequence, flags: NLM_F_MULTI, [part, 0, 0, 0])
                let other = message(16, sequence: sequence, flags: NLM_F_MULTI, [part, 1, 0])
                return .datagram(one + other)
            } + [.datagram(done(sequence))]
        }
        #expect(payloads == (0..<5 as Range<UInt8>).flatMap { [[$0, 0, 0, 0], [$0, 1, 0]] })
    }

    @Test("an answer that is not part of a dump ends it")
    func single() throws {
        let payloads = try dump { [.datagram(message(16, sequence: $0, [1, 2, 3, 4]))] }
        #expect(payloads == [[1, 2, 3, 4]])
    }

    @Test("a dump without entries is empty")
    func empty() throws {
        #expect(try dump { [.datagram(done($0))] } == [])
    }

    @Test("an interrupted dump is an error, once it has been read to its end", arguments: [true, false])
    func interrupted(atTheEnd: Bool) {
        let error = #expect(throws: NetlinkError.self) {
            try dump { sequence in
                let flags = NLM_F_MULTI | (atTheEnd ? 0 : NLM_F_DUMP_INTR)
                return [
                    .datagram(message(16, sequence: sequence, flags: flags, [1])),
                    .datagram(done(sequence, flags: NLM_F_MULTI | (atTheEnd ? NLM_F_DUMP_INTR : 0))),
                ]
            }
        }
        #expect(error?.errno == EINTR)
        #expect(error?.isTransient == true)
    }

    @Test("an error instead of a dump is reported with the kernel's text")
    func refused() {
        let error = #expect(throws: NetlinkError.self) {
            try dump { [.datagram(refusal($0, EOPNOTSUPP, text: "not here"))] }
        }
        #expect(error?.errno == EOPNOTSUPP)
        #expect(error?.kernelMessage == "not here")
    }

    @Test("an error at the end of a dump is reported")
    func failedAtTheEnd() {
        let error = #expect(throws: NetlinkError.self) { try dump { [.datagram(done($0, errno: ENOMEM))] } }
        #expect(error?.errno == ENOMEM)
    }

    @Test("the most negative number at the end of a dump does not trap")
    func extremeError() {
        #expect(throws: NetlinkError.self) {
            try dump { [.datagram(message(NLMSG_DONE, sequence: $0, host(Int32.min)))] }
        }
    }

    @Test("parts of an older dump are ignored")
    func olderDump() throws {
        let payloads = try dump { sequence in
            [
                .datagram(message(16, sequence: sequence &- 1, flags: NLM_F_MULTI, [9])),
                .datagram(done(sequence &- 1)),
                .datagram(message(16, sequence: sequence, flags: NLM_F_MULTI, [1])), .datagram(done(sequence)),
            ]
        }
        #expect(payloads == [[1]])
    }

    @Test("an overrun in the middle of a dump is an error that a retry may fix")
    func overrun() {
        let error = #expect(throws: NetlinkError.self) {
            try dump {
                [
                    .datagram(message(16, sequence: $0, flags: NLM_F_MULTI, [1])), .failure(ENOBUFS),
                    .datagram(done($0)),
                ]
            }
        }
        #expect(error?.errno == ENOBUFS)
        #expect(error?.isTransient == true)
    }

    @Test("after a failure the next request sees nothing of the previous one")
    func afterFailure() throws {
        let transport = FakeTransport { request in
            let number = sequence(of: request)
            return [
                .datagram(message(16, sequence: number, flags: NLM_F_MULTI, [1])),
                .datagram(message(16, sequence: number, flags: NLM_F_MULTI, [2])), .datagram(done(number)),
            ]
        }
        var connection = NetlinkConnection(transport)
        #expect(throws: NetlinkError.self) {
            try Self.dump(&connection) { (_) throws(NetlinkError) in throw .malformed("test") }
        }
        #expect(transport.unread == 2)
        var payloads: [[UInt8]] = []
        try Self.dump(&connection) { payloads.append($0) }
        #expect(payloads == [[1], [2]])
    }

    @Test("a dump truncated anywhere is an error, never a trap")
    func truncations() {
        let whole = message(16, sequence: 1, flags: NLM_F_MULTI, [1, 2, 3, 4]) + done(1)
        for count in 0..<whole.count {
            #expect(throws: NetlinkError.self, "\(count) bytes") {
                try dump { sequence in
                    let bytes = message(16, sequence: sequence, flags: NLM_F_MULTI, [1, 2, 3, 4]) + done(sequence)
                    return [.datagram(Array(bytes.prefix(count)))]
                }
            }
        }
    }

    @Test("a message that claims less than its header is an error, not an endless loop", arguments: [0, 1, 15])
    func shortLength(length: UInt32) {
        #expect(throws: NetlinkError.self) {
            try dump { sequence in
                var bytes = message(16, sequence: sequence, flags: NLM_F_MULTI, [1, 2, 3, 4])
                bytes.replaceSubrange(0..<4, with: host(length))
                return [.datagram(bytes)]
            }
        }
    }

    @Test("a request with an acknowledgement receives every answer before it")
    func acknowledgedRequest() throws {
        let transport = FakeTransport { request in
            let number = sequence(of: request)
            return [
                .datagram(message(16, sequence: number, [1]) + message(16, sequence: number, [2])),
                .datagram(message(16, sequence: number, [3])), .datagram(acknowledgement(number)),
            ]
        }
        var connection = NetlinkConnection(transport)
        let number = connection.nextSequence()
        var payloads: [[UInt8]] = []
        try connection.request(message(16, sequence: number), sequence: number) { payloads.append($1.bytes) }
        #expect(payloads == [[1], [2], [3]])
        #expect(transport.unread == 0)
    }

    @Test("a request refused after its first answers is an error")
    func refusedRequest() {
        let transport = FakeTransport { request in
            let number = sequence(of: request)
            return [.datagram(message(16, sequence: number, [1])), .datagram(refusal(number, ENOENT))]
        }
        var connection = NetlinkConnection(transport)
        let number = connection.nextSequence()
        let error = #expect(throws: NetlinkError.self) {
            try connection.request(message(16, sequence: number), sequence: number) { _, _ in }
        }
        #expect(error?.errno == ENOENT)
    }

    @Test("events are returned with their headers")
    func events() throws {
        let transport = FakeTransport(stale: [
            .datagram(message(16, sequence: 0, [1]) + message(17, sequence: 0, [2]))
        ])
        var connection = NetlinkConnection(transport)
        var events: [String] = []
        try connection.receiveEvents { events.append("\($0.type) \($0.portID) \($1.bytes)") }
        #expect(events == ["16 4711 [1]", "17 4711 [2]"])
    }

    private func dump(answer: @escaping @Sendable (UInt32) -> [FakeTransport.Step]) throws -> [[UInt8]] {
        var connection = NetlinkConnection(FakeTransport { answer(sequence(of: $0)) })
        var payloads: [[UInt8]] = []
        try Self.dump(&connection) { payloads.append($0) }
        return payloads
    }

    private static func dump(
        _ connection: inout NetlinkConnection, _ body: ([UInt8]) throws(NetlinkError) -> Void
    ) throws(NetlinkError) {
        let sequence = connection.nextSequence()
        var writer = MessageWriter()
        writer.message(type: 16, flags: UInt16(NLM_F_REQUEST | NLM_F_DUMP), sequence: sequence) { _ in }
        try connection.dump(writer.bytes, sequence: sequence) { (_, payload) throws(NetlinkError) in
            try body(payload.bytes)
        }
    }
}
