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

    @Test("announced records that are missing entirely are not an error")
    func missingRecords() {
        #expect(read(header(counts: [1, 0, 0, 2]) + question).0 == .answer)
    }
}
