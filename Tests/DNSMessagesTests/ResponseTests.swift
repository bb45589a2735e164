import DNSMessages
import Testing

@Suite("Responses")
struct ResponseTests {
    private let question = Question(name: DomainName("Web.example") ?? .root, type: .a)

    private func address(_ last: UInt8) -> ResourceRecord {
        ResourceRecord(name: question.name, type: .a, ttl: 60, data: [192, 0, 2, last])
    }

    private func write(_ response: Response, limit: Int = 512, edns: Query.EDNS? = nil) -> [UInt8] {
        MessageWriter.message(
            response, to: question, identifier: 7, flags: [.response, .authoritative], limit: limit, edns: edns)
    }

    @Test("a written response is read back, including compressed names")
    func roundTrip() throws {
        let target = try #require(DomainName("mail.example"))
        let response = Response(
            flags: [.response, .authoritative],
            answer: [
                address(1), ResourceRecord(name: target, type: .mx, ttl: 1, data: [0, 10] + target.wire),
                ResourceRecord(name: target, type: .srv, ttl: 1, data: [0, 0, 0, 1, 0, 80] + target.wire),
            ],
            authority: [
                ResourceRecord(
                    name: target, type: .soa, ttl: 3, data: target.wire + target.wire + [UInt8](repeating: 9, count: 20)
                )
            ],
            additional: [ResourceRecord(name: .root, type: .txt, ttl: 3, data: [1, 0x61])])
        let message = write(response, edns: Query.EDNS(size: 1232))
        let reader = try ResponseReader(message)
        #expect(reader.identifier == 7)
        #expect(reader.question == question)
        #expect(reader.response == response)
        // The target of SRV is not compressed (RFC 2782), that of MX is.
        #expect(message.count < 12 + 17 + 16 + 20 + 40 + 60 + 20 + 11)
    }

    @Test("records that do not fit are omitted, and TC is set")
    func truncation() throws {
        let all = (1...40).map { address($0) }
        // 29 bytes of header and question, 16 for each record.
        let reader = try ResponseReader(write(Response(answer: all)))
        #expect(reader.response.answer.count == (512 - 29) / 16)
        #expect(reader.response.flags.contains(.truncated))
        let withOpt = write(Response(answer: all), limit: 29 + 16 * 3 + 11, edns: Query.EDNS(size: 512))
        #expect(try ResponseReader(withOpt).response.answer.count == 3)
        #expect(withOpt.count <= 29 + 16 * 3 + 11)
    }

    @Test("a pointer that leads forward, or to itself, is an error")
    func pointers() {
        let header: [UInt8] = [0, 0, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for name: [UInt8] in [[0xC0, 12], [0xC0, 14], [1, 0x61, 0xC0, 12], [0xC0]] {
            #expect(throws: DNSMessageError.self) { try ResponseReader(header + name + [0, 1, 0, 1]) }
        }
    }

    @Test("wrong counts are an error, and cost neither memory nor time")
    func counts() {
        let header: [UInt8] = [0, 0, 0x80, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        #expect(throws: DNSMessageError.self) { try ResponseReader(header + [0, 0, 1, 0, 1]) }
    }
}
