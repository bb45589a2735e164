import CLinux
import Netlink
import Testing

@Suite("MessageWriter")
struct MessageWriterTests {
    @Test("a message with plain, nested and padded attributes has every byte in its place")
    func wholeMessage() {
        var writer = MessageWriter()
        writer.message(type: 0x0A03, flags: 0x0401, sequence: 7) { writer in
            writer.append(contentsOf: [2, 0, 0, 10])
            writer.attribute(1, string: "abc")
            writer.nested(2) { writer in
                writer.attribute(1, bigEndian: UInt32(0x0102_0304))
                writer.attribute(2, bytes: [9, 8, 7])
            }
            writer.attribute(3, bigEndian: UInt64(5))
        }
        #expect(
            writer.bytes == [
                // struct nlmsghdr: length, type, flags, sequence, port id
                60, 0, 0, 0, 0x03, 0x0A, 0x01, 0x04, 7, 0, 0, 0, 0, 0, 0, 0,
                // struct nfgenmsg: family, version, resource in network order
                2, 0, 0, 10,
                // struct nlattr 1, "abc" with its NUL
                8, 0, 1, 0, 0x61, 0x62, 0x63, 0,
                // struct nlattr 2 with NLA_F_NESTED
                20, 0, 2, 0x80,
                // inside: struct nlattr 1 with a number in network order
                8, 0, 1, 0, 1, 2, 3, 4,
                // inside: struct nlattr 2 with three bytes, counted in its length, and one of padding
                7, 0, 2, 0, 9, 8, 7, 0,
                // struct nlattr 3 with a long number in network order
                12, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 5,
            ])
    }

    @Test("messages follow each other, each with its own length")
    func severalMessages() {
        var writer = MessageWriter()
        for sequence in 1...3 as ClosedRange<UInt32> {
            writer.message(type: 1, flags: 0, sequence: sequence) {
                $0.attribute(1, bytes: [UInt8](repeating: 1, count: 5))
            }
        }
        #expect(writer.count == 3 * 28)
        for index in 0..<3 {
            let bytes = writer.bytes.span.bytes
            #expect(bytes.integer(at: index * 28, as: UInt32.self) == 28)
            #expect(bytes.integer(at: index * 28 + 8, as: UInt32.self) == UInt32(index + 1))
        }
    }

    @Test("flags are added to a message that has been written")
    func addedFlags() {
        var writer = MessageWriter()
        writer.message(type: 1, flags: 0x0001, sequence: 1) { _ in }
        let second = writer.beginMessage(type: 2, flags: 0x0401, sequence: 2)
        writer.endMessage(second)
        writer.addFlags(0x0104, toMessageAt: second)
        #expect(writer.bytes.span.bytes.integer(at: 6, as: UInt16.self) == 0x0001)
        #expect(writer.bytes.span.bytes.integer(at: second + 6, as: UInt16.self) == 0x0505)
    }

    @Test("the messages can be truncated at a mark, and discarded")
    func truncation() {
        var writer = MessageWriter(capacity: 64)
        writer.message(type: 1, flags: 0, sequence: 1) { _ in }
        let kept = writer.bytes
        let mark = writer.count
        writer.message(type: 2, flags: 0, sequence: 2) { $0.attribute(1, string: "gone") }
        writer.truncate(to: mark)
        #expect(writer.bytes == kept)
        writer.removeAll()
        #expect(writer.bytes.isEmpty)
    }

    @Test("padding fills up to a multiple of four bytes", arguments: 0...8)
    func padding(count: Int) {
        var writer = MessageWriter()
        writer.attribute(1, bytes: [UInt8](repeating: 0xFF, count: count))
        #expect(writer.count == 4 + (count + 3) / 4 * 4)
        #expect(writer.bytes.span.bytes.integer(as: UInt16.self) == UInt16(4 + count))
        #expect(writer.bytes.dropFirst(4 + count).allSatisfy { $0 == 0 })
    }
}
