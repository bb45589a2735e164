import KubernetesAPI
import KubernetesTestKit
import NIOCore
import Testing

@testable import KubernetesClient

@Suite struct FrameDecoderTests {
    /// All frames of `bytes`, passed in parts that end at `cuts`.
    private func frames(
        _ bytes: [UInt8], _ format: WireFormat, cuts: [Int], limit: Int = FrameDecoder.standardLimit
    ) throws -> [[UInt8]] {
        var decoder = FrameDecoder(format: format, limit: limit)
        var frames: [[UInt8]] = []
        for (from, to) in zip([0] + cuts, cuts + [bytes.count]) {
            decoder.append(ByteBuffer(bytes: bytes[from..<to]))
            while let frame = try decoder.next() { frames.append(frame) }
        }
        #expect(decoder.isEmpty)
        return frames
    }

    @Test func `lines come whole wherever the network cuts`() throws {
        let bytes = try Fixtures.transcript("watch-services.jsonl")
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) }
        #expect(lines.count == 5)
        for cut in 0...bytes.count { #expect(try frames(bytes, .json, cuts: [cut]) == lines) }
        #expect(try frames(bytes, .json, cuts: Array(1..<bytes.count)) == lines)
    }

    @Test func `messages come whole wherever the network cuts`() throws {
        let bytes = try Fixtures.transcript("watch-services.pb")
        let whole = try frames(bytes, .protobuf, cuts: [])
        #expect(whole.count == 5)
        // Each is a WatchEvent whose first field is its type.
        #expect(whole.allSatisfy { $0.first == 0x0A })
        for cut in 0...bytes.count { #expect(try frames(bytes, .protobuf, cuts: [cut]) == whole) }
        #expect(try frames(bytes, .protobuf, cuts: Array(1..<bytes.count)) == whole)
    }

    @Test func `empty lines are not events`() throws {
        #expect(try frames(Array("\n{}\n\n{}\n".utf8), .json, cuts: [1]) == [Array("{}".utf8), Array("{}".utf8)])
    }

    @Test func `an event beyond the limit is an error before it is there`() {
        #expect(throws: FrameDecoder.FrameTooLarge(limit: 8)) {
            try frames(Array("123456789".utf8), .json, cuts: [3], limit: 8)
        }
        #expect(throws: FrameDecoder.FrameTooLarge(limit: 8)) {
            try frames([0, 0, 0, 9, 1], .protobuf, cuts: [], limit: 8)
        }
    }

    @Test func `half an event is noticed at the end`() throws {
        var decoder = FrameDecoder(format: .json)
        decoder.append(ByteBuffer(string: "{}\n{"))
        #expect(try decoder.next() == Array("{}".utf8))
        #expect(try decoder.next() == nil)
        #expect(!decoder.isEmpty)
    }
}
