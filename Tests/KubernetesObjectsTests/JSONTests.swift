import KubernetesObjects
import TestKit
import Testing

struct JSONTests {
    @Test func readsAndWritesWhatItReads() throws {
        let text = #"{"a":[1,-2.5,"x\ny",true,null],"b":{"c":"\u003c"}}"#
        let value = try JSONParser.parse(Array(text.utf8))
        #expect(value.description == text)
    }

    @Test(arguments: [
        ("", "unexpected end of JSON input"), ("{", "unexpected end of JSON input"),
        ("{a", "invalid character 'a' looking for beginning of object key string"),
        (#"{"a" 1}"#, "invalid character '1' after object key"),
        (#"{"a":1 "b"}"#, "invalid character '\"' after object key:value pair"),
        ("[1 2]", "invalid character '2' after array element"),
        ("nul", "unexpected end of JSON input"), ("trux", "invalid character 'x' in literal true (expecting 'e')"),
        ("1 2", "invalid character '2' after top-level value"), ("01", "invalid character '1' after top-level value"),
        ("-", "unexpected end of JSON input"), ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("\"\u{1}\"", #"invalid character '\x01' in string literal"#),
        (#""\q""#, "invalid character 'q' in string escape code"),
        (#""\u12g4""#, #"invalid character 'g' in \u hexadecimal character escape"#),
        ("\u{9e}", #"invalid character 'Â' looking for beginning of value"#),
    ])
    func saysWhereTextStopsBeingJSON(text: String, message: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(Array(text.utf8)) }
        #expect(error?.message == message)
    }

    @Test func namesMembersThatAppearTwice() throws {
        let text = #"{"spec":{"ports":[{"port":1,"port":2}],"type":"a","type":"b","type":"c"}}"#
        let (value, duplicates) = try JSONParser.parseReportingDuplicates(Array(text.utf8))
        #expect(duplicates == ["spec.ports[0].port", "spec.type"])
        #expect(value["spec"]?["type"] == "c")
    }

    @Test func namesMembersThatAppearTwiceAmongMany() throws {
        let members = (0..<100).map { "\"k\($0)\":\($0)" } + ["\"k7\":700"]
        let text = "{\(members.joined(separator: ","))}"
        let (value, duplicates) = try JSONParser.parseReportingDuplicates(Array(text.utf8))
        #expect(duplicates == ["k7"])
        #expect(value["k7"] == 700)
    }

    @Test func refusesDocumentsThatAreTooDeepOrTooLarge() {
        let deep = Array(repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(deep) }
        var limits = JSONLimits()
        limits.size = 10
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(Array("[1,2,3,4,5,6]".utf8), limits: limits) }
    }

    @Test func readsEscapesAndSurrogates() throws {
        let value = try JSONParser.parse(Array(#""\ud83d\ude00\u00e9\/\ud83d""#.utf8))
        #expect(value == "😀é/\u{fffd}")
    }

    @Test func keepsLargeIntegers() throws {
        #expect(try JSONParser.parse(Array("9223372036854775807".utf8)) == .integer(.max))
        #expect(try JSONParser.parse(Array("9223372036854775808".utf8)) == .double(9223372036854775808))
        #expect(try JSONParser.parse(Array("1.0".utf8)) == .double(1))
    }

    @Test func whatIsWrittenIsReadBack() throws {
        var random = SplitMix64(seed: 7)
        for _ in 0..<500 {
            let value = random.value(depth: 4)
            #expect(try JSONParser.parse(JSONWriter.bytes(value)) == value)
        }
    }

    @Test func damagedTextIsRefusedOrReadButNeverCrashes() {
        var random = SplitMix64(seed: 11)
        for _ in 0..<2000 {
            var bytes = JSONWriter.bytes(random.value(depth: 4))
            for _ in 0..<3 where !bytes.isEmpty {
                let position = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[position] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: position)
                default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: position)
                }
            }
            do {
                let value = try JSONParser.parse(bytes)
                #expect(try JSONParser.parse(JSONWriter.bytes(value)) == value)
            } catch {
                #expect(!"\(error)".isEmpty)
            }
        }
    }
}

extension SplitMix64 {
    mutating func value(depth: Int) -> JSONValue {
        switch next() % (depth == 0 ? 5 : 7) {
        case 0: return .null
        case 1: return .bool(next() % 2 == 0)
        case 2: return .integer(Int64(bitPattern: next()))
        case 3: return .string(text())
        case 4: return .double(Double(Int64(truncatingIfNeeded: next() >> 20)) + 0.5)
        case 5: return .array((0..<next() % 5).map { _ in value(depth: depth - 1) })
        default: return .object(object(depth: depth))
        }
    }

    mutating func object(depth: Int) -> JSONObject {
        JSONObject((0..<next() % 5).map { _ in (text(), value(depth: depth - 1)) })
    }

    private mutating func text() -> String {
        let pieces = ["a", "b", "\"", "\\", "\n", "<", "é", "😀", "\u{2028}", "\u{1}", " "]
        return (0..<next() % 4).map { _ in pieces[Int(next() % UInt64(pieces.count))] }.joined()
    }
}
