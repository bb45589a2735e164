import KubernetesAPI
import Testing

/// The time of the change that caused a slice's last write.
@Suite("The trigger of a slice") struct ChangeTriggerTests {
    private static let annotation = "endpoints.kubernetes.io/last-change-trigger-time"

    private func slice(_ objects: [KubernetesObject]) throws -> EndpointSlice {
        guard case .endpointSlice(let slice) = try #require(objects.first) else { throw Unexpected() }
        return slice
    }

    private struct Unexpected: Error {}

    private func trigger(json time: String) throws -> Int64 {
        let text = """
            {"kind":"EndpointSliceList","apiVersion":"discovery.k8s.io/v1","metadata":{},
            "items":[{"metadata":{"name":"web-1",
            "namespace":"default","annotations":{"\(Self.annotation)":"\(time)"}},"addressType":"IPv4"}]}
            """
        let list = try WireFormat.json.readList(Array(text.utf8), of: .endpointSlice)
        return try slice(list.objects).lastChangeTrigger
    }

    @Test(
        "is read to the millisecond",
        arguments: [
            ("1970-01-01T00:00:01Z", 1000), ("1970-01-01T00:00:01.5Z", 1500), ("1970-01-01T00:00:01.0678912Z", 1067),
            ("1970-01-01T01:00:00.25+01:00", 250), ("yesterday", 0), ("", 0),
        ] as [(String, Int64)])
    func json(time: String, milliseconds: Int64) throws {
        #expect(try trigger(json: time) == milliseconds)
    }

    @Test("is also in protobuf")
    func protobuf() throws {
        let list = ProtobufWriter { list in
            list.message(2) { slice in
                slice.message(1) { metadata in
                    metadata.text(1, "web-1")
                    metadata.message(12) { entry in
                        entry.text(1, Self.annotation)
                        entry.text(2, "1970-01-01T00:00:01.5Z")
                    }
                }
                slice.text(4, "IPv4")
            }
        }
        let read = try WireFormat.protobuf.readList(
            ProtobufWriter.enveloped("EndpointSliceList", list.bytes), of: .endpointSlice)
        #expect(try slice(read.objects).lastChangeTrigger == 1500)
    }
}
