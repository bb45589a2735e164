import KubernetesAPI
import KubernetesTestKit
import Testing

/// The API server sent the same in JSON and in protobuf: both must be read alike.
@Suite struct ProtobufTranscriptTests {
    @Test(
        "recorded lists are read alike in both formats",
        arguments: [
            ("list-services", .service), ("list-endpointslices", .endpointSlice), ("list-nodes", .node),
        ] as [(String, ObjectKind)])
    func lists(name: String, kind: ObjectKind) throws {
        let json = try WireFormat.json.readList(Fixtures.transcript("\(name).json"), of: kind)
        let protobuf = try WireFormat.protobuf.readList(Fixtures.transcript("\(name).pb"), of: kind)
        #expect(protobuf.objects == json.objects)
        #expect(protobuf.problems.isEmpty && json.problems.isEmpty)
        #expect(protobuf.resourceVersion == json.resourceVersion)
        #expect(protobuf.continueToken == json.continueToken)
    }

    @Test(
        "recorded watches are read alike in both formats",
        arguments: [("watch-services", .service), ("watchlist-endpointslices", .endpointSlice)]
            as [(String, ObjectKind)])
    func watches(name: String, kind: ObjectKind) throws {
        let json = try Fixtures.transcript("\(name).jsonl").split(separator: UInt8(ascii: "\n"))
            .map { try WireFormat.json.readWatchEvent(Array($0), of: kind) }
        var interner = StringInterner()
        let protobuf = try frames(Fixtures.transcript("\(name).pb"))
            .map { try WireFormat.protobuf.readWatchEvent($0, of: kind, interner: &interner) }
        #expect(!protobuf.isEmpty)
        let count = min(json.count, protobuf.count)
        #expect(protobuf.prefix(count).map { "\($0)" } == json.prefix(count).map { "\($0)" })
    }

    @Test("objects of a list are passed on one by one, in order")
    func oneByOne() throws {
        var interner = StringInterner()
        var names: [String] = []
        let metadata = try WireFormat.protobuf.forEachObject(
            inList: Fixtures.transcript("list-services.pb"), of: .service, interner: &interner
        ) { names.append(try $0.get().metadata.name) }
        #expect(names == ["dual", "my-service", "kube-dns"])
        #expect(metadata.resourceVersion == "219")
    }

    /// The frames of a recorded watch, without their lengths.
    private func frames(_ bytes: [UInt8]) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var rest = bytes[...]
        while rest.count >= 4 {
            let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            frames.append(Array(rest.dropFirst(4).prefix(count)))
            rest = rest.dropFirst(4 + count)
        }
        return frames
    }
}
