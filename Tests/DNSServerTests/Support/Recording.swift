import Foundation
import Testing

/// A recorded question with its answer.
struct Recording: Decodable, Sendable, CustomTestStringConvertible {
    struct Option: Decodable, Sendable, Equatable {
        var code: UInt16
        var data: String
    }

    struct EDNS: Decodable, Sendable, Equatable {
        var size: UInt16
        var version: UInt8?
        var `do`: Bool?
        var options: [Option]?
    }

    struct Query: Decodable, Sendable {
        var name: String?
        var type: String?
        var `class`: String?
        var transport: String
        var flags: [String]?
        var edns: EDNS?
        var wire: String?
        var stream: [String]?
        var replies: Int?
        var opcode: UInt8?
    }

    struct Answer: Decodable, Sendable {
        var outcome: String?
        var rcode: String?
        var flags: [String]?
        var question: [String]?
        var answer: [String]?
        var authority: [String]?
        var additional: [String]?
        var edns: EDNS?
        var opcode: UInt8?
        var answer_of: [String]?
        var answer_count: Int?
        var additional_of: [String]?
        var replies: [Answer]?
        var closed: Bool?
        var id: UInt16?
    }

    var id: String
    var quirk: String?
    var query: Query
    var answer: Answer
    var again: Answer?

    var testDescription: String { "\(id) \(query.name ?? "") \(query.type ?? "")" }

    static func file(_ name: String) throws -> URL {
        guard let url = Bundle.module.url(forResource: "Recordings/\(name)", withExtension: "json") else {
            throw CocoaError(.fileNoSuchFile)
        }
        return url
    }

    static func all(in name: String) throws -> [Recording] {
        try JSONDecoder().decode([Recording].self, from: Data(contentsOf: file(name)))
    }
}
