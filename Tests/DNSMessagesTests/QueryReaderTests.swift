import DNSMessages
import Testing

@Suite("QueryReader")
struct QueryReaderTests {
    private func read(_ message: [UInt8]) -> (QueryVerdict, Query, NameBuffer) {
        var query = Query()
        var name = NameBuffer()
        let verdict = QueryReader.read(message.span, into: &query, name: &name)
        return (verdict, query, name)
    }

    private func header(flags: UInt16 = 0x0100, counts: [UInt16] = [1, 0, 0, 0]) -> [UInt8] {
        ([0x1234, flags] + counts).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }

    private let question: [UInt8] = [3] + "WeB".utf8 + [0, 0, 28, 0, 1]

    @Test("a question is read, its name in lower case")
    func readsQuestion() {
        let (verdict, query, name) = read(header() + question)
        #expect(verdict == .answer)
        #expect(query.identifier == 0x1234)
        #expect(query.type == .aaaa)
        #expect(query.nameLength == 5)
        #expect(Array(name.bytes[..<5]) == [3] + "web".utf8 + [0])
        #expect(query.edns == nil)
        #expect(query.datagramLimit == 512)
    }

    @Test("EDNS is read from the additional section")
    func edns() {
        let opt: [UInt8] = [0, 0, 41, 0x04, 0xD0, 0, 0, 0x80, 0, 0, 0]
        let (verdict, query, _) = read(header(counts: [1, 0, 0, 1]) + question + opt)
        #expect(verdict == .answer)
        #expect(query.edns == Query.EDNS(size: 1232, version: 0, wantsSignatures: true))
        #expect(query.datagramLimit == 1232)
    }

    @Test("an unknown EDNS version is rejected as such")
    func version() {
        let opt: [UInt8] = [0, 0, 41, 0x04, 0xD0, 0, 1, 0, 0, 0, 0]
        let (verdict, _, _) = read(header(counts: [1, 0, 0, 1]) + question + opt)
        #expect(verdict == .reject(.badVersion, echoingQuestion: true))
    }

    @Test("a non-query is ignored, an invalid question is rejected")
    func rejections() {
        #expect(read([]).0 == .ignore)
        #expect(read(Array(header().dropLast())).0 == .ignore)
        #expect(read(header(flags: 0x8100) + question).0 == .ignore)
        #expect(read(header(flags: 0x2800) + question).0 == .reject(.notImplemented, echoingQuestion: false))
        #expect(
            read(header(counts: [2, 0, 0, 0]) + question + question).0 == .reject(.formatError, echoingQuestion: false))
        #expect(
            read(header(counts: [1, 0, 0, 1]) + question + [0, 0, 41]).0 == .reject(.formatError, echoingQuestion: true)
        )
        #expect(read(header() + [0xC0, 12, 0, 1, 0, 1]).0 == .reject(.formatError, echoingQuestion: false))
        #expect(read(header() + [0x40, 0, 0, 1, 0, 1]).0 == .reject(.formatError, echoingQuestion: false))
    }

    /// A record after the question: `owner`, type, class IN, a minute, and data.
    private func record(_ owner: [UInt8], _ type: UInt8, _ data: [UInt8]) -> [UInt8] {
        owner + [0, type, 0, 1, 0, 0, 0, 60, 0, UInt8(data.count)] + data
    }

    @Test("records in a query may point back, but not in circles, forwards, or beyond the end")
    func recordNames() {
        func verdict(_ record: [UInt8]) -> QueryVerdict { read(header(counts: [1, 0, 0, 1]) + question + record).0 }
        let malformed = QueryVerdict.reject(.formatError, echoingQuestion: true)
        let address: [UInt8] = [192, 0, 2, 1]
        #expect(verdict(record([0xC0, 12], 1, address)) == .answer)
        #expect(verdict(record([1, 97, 0xC0, 12], 1, address)) == .answer)
        // The owner is at 21.
        for owner: [UInt8] in [[0xC0, 21], [1, 97, 0xC0, 21], [0xC0, 30], [0xFF, 0xFF]] {
            #expect(verdict(record(owner, 1, address)) == malformed, "\(owner)")
        }
        #expect(verdict(record([0], 5, [0xC0, 12])) == .answer)
        #expect(verdict(record([0], 5, [0xC0, 255])) == malformed)
        #expect(verdict(record([0], 5, [0xC0, 12, 0])) == malformed)
        #expect(verdict(record([0], 15, [0, 10, 0xC0, 12])) == .answer)
        #expect(verdict(record([0], 15, [0, 10])) == malformed)
        #expect(verdict(record([0], 33, [0, 0, 0, 0, 0, 80, 0xC0])) == malformed)
    }

    @Test("a client's network must fit its address family")
    func clientSubnet() {
        func verdict(_ option: [UInt8]) -> QueryVerdict {
            let opt: [UInt8] = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, UInt8(option.count + 4), 0, 8, 0, UInt8(option.count)]
            return read(header(counts: [1, 0, 0, 1]) + question + opt + option).0
        }
        for option: [UInt8] in [[0, 1, 24, 0, 10, 0, 0], [0, 2, 56, 0, 0xFD], [0, 0, 0, 0]] {
            #expect(verdict(option) == .answer, "\(option)")
        }
        for option: [UInt8] in [[], [0, 1], [0, 9, 24, 0], [0, 1, 33, 0], [0, 0, 1, 0], [0, 2, 129, 0]] {
            #expect(verdict(option) == .reject(.formatError, echoingQuestion: true), "\(option)")
        }
    }

    @Test("announced records that are missing entirely are not an error")
    func missingRecords() {
        #expect(read(header(counts: [1, 0, 0, 2]) + question).0 == .answer)
    }
}
