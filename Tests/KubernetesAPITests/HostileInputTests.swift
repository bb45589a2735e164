import KubernetesAPI
import KubernetesTestKit
import TestKit
import Testing

/// Bytes from the network may be anything; a reader returns a value or an error, and never stops the process.
@Suite struct HostileInputTests {
    private static let lists: [(String, ObjectKind)] = [
        ("list-services.pb", .service), ("list-endpointslices.pb", .endpointSlice),
    ]

    private func readAll(_ bytes: [UInt8], _ kind: ObjectKind) {
        _ = try? WireFormat.protobuf.readList(bytes, of: kind)
        _ = try? WireFormat.protobuf.readObject(bytes, of: kind)
        _ = try? WireFormat.protobuf.readWatchEvent(bytes, of: kind)
        _ = try? WireFormat.protobuf.readStatus(bytes)
    }

    @Test("a list truncated anywhere is refused", arguments: lists)
    func truncation(name: String, kind: ObjectKind) throws {
        let bytes = try Fixtures.transcript(name)
        // The last four bytes are two empty fields, which may be missing.
        for count in bytes.indices.dropLast(4) {
            #expect(throws: ObjectError.self) { try WireFormat.protobuf.readList(Array(bytes[..<count]), of: kind) }
        }
    }

    @Test("flipped bytes do not trap", arguments: lists)
    func flips(name: String, kind: ObjectKind) throws {
        let bytes = try Fixtures.transcript(name)
        var random = SplitMix64(seed: 1)
        for _ in 0..<3_000 {
            var mutated = bytes
            for _ in 0...Int.random(in: 0..<8, using: &random) {
                mutated[Int.random(in: mutated.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            readAll(mutated, kind)
        }
    }

    @Test("lengths and numbers of any size do not trap", arguments: lists)
    func hugeNumbers(name: String, kind: ObjectKind) throws {
        let bytes = try Fixtures.transcript(name)
        let huge: [[UInt8]] = [
            [UInt8](repeating: 0xFF, count: 9) + [0x01], [UInt8](repeating: 0xFF, count: 10),
            [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        ]
        for number in huge {
            for offset in stride(from: 4, to: bytes.count, by: 3) {
                readAll(Array(bytes[..<offset]) + number + Array(bytes[offset...].dropFirst()), kind)
            }
        }
    }

    @Test("noise does not trap")
    func noise() {
        var random = SplitMix64(seed: 2)
        for _ in 0..<3_000 {
            let count = Int.random(in: 0..<64, using: &random)
            let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            readAll(noise, .node)
            readAll(ProtobufWriter.enveloped("NodeList", noise), .node)
            readAll(ProtobufWriter.enveloped("Node", noise), .node)
            readAll(ProtobufWriter.enveloped("Status", noise), .node)
        }
    }

    @Test("deep nesting costs nothing, because nested fields are not read")
    func nesting() {
        var bytes: [UInt8] = []
        for _ in 0..<2_000 { bytes = ProtobufWriter { $0.append(2, bytes) }.bytes }
        readAll(ProtobufWriter.enveloped("ServiceList", bytes), .service)
        readAll(bytes, .service)
    }

    @Test("JSON truncated anywhere is refused")
    func truncatedJSON() throws {
        let bytes = try Fixtures.transcript("list-nodes.json")
        for count in bytes.indices {
            #expect(throws: ObjectError.self) { try WireFormat.json.readList(Array(bytes[..<count]), of: .node) }
        }
    }

    @Test("numbers beyond any integer are refused", arguments: ["1e400", "99999999999999999999", "80.5", "-0.1"])
    func numbers(number: String) throws {
        let problem = try problem(web(#""ports": [{"port": \#(number)}]"#))
        #expect(problem.object == "Service default/web")
        #expect(problem.reason.contains(number))
    }
}
