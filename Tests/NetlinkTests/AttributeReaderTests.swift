import CLinux
import Netlink
import Testing

@Suite("AttributeReader")
struct AttributeReaderTests {
    @Test("attributes come in order, without the flag bits of their types and without padding")
    func order() throws {
        let bytes =
            attribute(1, [1, 2, 3]) + attribute(UInt32(NLA_F_NESTED) | 2, attribute(7, [4])) + attribute(0x4000 | 3, [])
        #expect(try read(bytes) == [Read(1, [1, 2, 3]), Read(2, attribute(7, [4])), Read(3, [])])
    }

    @Test("the last attribute may lack its padding")
    func unpaddedEnd() throws {
        #expect(try read([6, 0, 1, 0, 8, 9]) == [Read(1, [8, 9])])
    }

    @Test("an attribute that claims more, or less than its header, is an error", arguments: [0, 3, 9, 0xFFFF])
    func badLength(length: Int) {
        let bytes = host(UInt16(length)) + [1, 0, 0, 0, 0, 0]
        let error = #expect(throws: NetlinkError.self) { try read(bytes) }
        #expect(error?.errno == 74)
        #expect(error?.isTransient == false)
    }

    @Test("wherever the bytes end, exactly the complete attributes are read")
    func truncations() {
        let whole = attribute(1, [1, 2, 3, 4]) + attribute(2, [5, 6, 7, 8, 9]) + attribute(3, [10])
        for count in 0..<whole.count {
            var seen: [Read] = []
            let prefix = Array(whole.prefix(count))
            do throws(NetlinkError) {
                try AttributeReader.forEach(in: prefix.span.bytes) { seen.append(Read($0, $1.bytes)) }
            } catch {
                #expect(error.errno == 74)
            }
            #expect(seen.count == (count >= 25 ? 3 : count >= 17 ? 2 : count >= 8 ? 1 : 0), "\(count) bytes")
        }
    }

    @Test("integers beyond the end are 0, and text ends at its NUL")
    func values() {
        let bytes: [UInt8] = [0x12, 0x34, 0x56, 0x78, 0x61, 0, 0x62]
        let span = bytes.span.bytes
        #expect(span.bigEndian(as: UInt32.self) == 0x1234_5678)
        #expect(span.bigEndian(at: 1, as: UInt16.self) == 0x3456)
        #expect(span.integer(at: 5, as: UInt32.self) == 0)
        #expect(span.integer(at: -1, as: UInt8.self) == 0)
        #expect(span.extracting(4..<7).string == "a")
        #expect(span.extracting(6..<7).string == "b")
    }

    private struct Read: Equatable {
        var type: UInt32
        var payload: [UInt8]

        init(_ type: UInt32, _ payload: [UInt8]) {
            self.type = type
            self.payload = payload
        }
    }

    private func read(_ bytes: [UInt8]) throws -> [Read] {
        var seen: [Read] = []
        try AttributeReader.forEach(in: bytes.span.bytes) { seen.append(Read($0, $1.bytes)) }
        return seen
    }
}
