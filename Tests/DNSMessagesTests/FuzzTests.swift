import DNSMessages
import Testing

/// Reads 200,000 broken messages: none may trap, and none may produce an overlong name. A failure names the seed
/// that reproduces it.
@Suite("Reading broken messages")
struct FuzzTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    private func seeds() throws -> [[UInt8]] {
        let name = try #require(DomainName("_http._tcp.web.shop.svc.cluster.local"))
        let question = Question(name: name, type: .srv)
        let query = QueryWriter.message(question, flags: .recursionDesired, edns: Query.EDNS(size: 1232))
        let records = [RecordType.a, .ns, .soa, .srv, .mx, .txt].map {
            ResourceRecord(name: name, type: $0, ttl: 5, data: [0, 1, 0, 2, 0, 3] + name.wire)
        }
        let response = MessageWriter.message(
            Response(answer: records, authority: records), to: question, identifier: 1, flags: .response, limit: 4096,
            edns: nil)
        return [query, response]
    }

    @Test("mutated queries and responses are read without a trap", arguments: 1...8)
    func mutations(seed: Int) throws {
        var generator = Generator(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15)
        let seeds = try seeds()
        var query = Query()
        var name = NameBuffer()
        for _ in 0..<25_000 {
            var message = seeds.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let position = Int.random(in: 0..<message.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: message[position] = UInt8.random(in: 0...255, using: &generator)
                case 1: message[position] = 0xC0 | UInt8.random(in: 0...1, using: &generator)
                case 2: message.removeSubrange(position...)
                case 3: message.insert(0xFF, at: position)
                default: message += message[..<position]
                }
                if message.isEmpty { break }
            }
            if QueryReader.read(message.span, into: &query, name: &name) == .answer {
                #expect(query.nameLength <= DomainName.maximumLength && query.questionEnd <= message.count)
            }
            if let reader = try? ResponseReader(message) {
                let isWhole = reader.response.records.allSatisfy { $0.name.wire.count <= DomainName.maximumLength }
                #expect(isWhole && reader.response.records.count * 11 <= message.count, "seed \(seed)")
                // Messages that were read can be written.
                _ = MessageWriter.message(
                    reader.response, to: reader.question, identifier: 0, flags: [], limit: 512, edns: nil)
            }
        }
    }

    @Test("noise is read without a trap", arguments: 1...4)
    func noise(seed: Int) {
        var generator = Generator(state: UInt64(seed) &* 0xD134_2543_DE82_EF95)
        var query = Query()
        var name = NameBuffer()
        for _ in 0..<20_000 {
            let message = (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            _ = QueryReader.read(message.span, into: &query, name: &name)
            _ = try? ResponseReader(message)
        }
    }
}
