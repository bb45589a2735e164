import InternetAddresses
import KubernetesAPI
import KubernetesTestKit
import Testing

@Suite struct JSONTranscriptTests {
    private func lines(_ name: String, of kind: ObjectKind) throws -> [WatchEvent] {
        try Fixtures.transcript(name).split(separator: UInt8(ascii: "\n"))
            .map { try WireFormat.json.readWatchEvent(Array($0), of: kind) }
    }

    @Test("a recorded list of Services is read")
    func services() throws {
        let page = try WireFormat.json.readList(Fixtures.transcript("list-services.json"), of: .service)
        #expect(page.resourceVersion == "219")
        #expect(page.continueToken.isEmpty)
        #expect(page.problems.isEmpty)
        let names = page.objects.map(\.key.description)
        #expect(names == ["Service default/dual", "Service default/my-service", "Service kube-system/kube-dns"])
        guard case .service(let dual) = page.objects.first else { throw Unexpected() }
        #expect(dual.clusterIPs == [try address("10.97.0.14"), try address("fd00:10:96::14")])
        #expect(dual.ports == [ServicePort(port: 80, targetPort: .number(8080))])
    }

    @Test("a page says how to get the next one")
    func firstPage() throws {
        let page = try WireFormat.json.readList(Fixtures.transcript("list-services-page1.json"), of: .service)
        #expect(page.objects.count == 1)
        #expect(!page.continueToken.isEmpty)
    }

    @Test("recorded lists of EndpointSlices and Nodes are read")
    func otherKinds() throws {
        let slices = try WireFormat.json.readList(Fixtures.transcript("list-endpointslices.json"), of: .endpointSlice)
        #expect(slices.problems.isEmpty)
        guard case .endpointSlice(let first) = slices.objects.first else { throw Unexpected() }
        #expect(first.endpoints.map(\.nodeName) == ["n1", "n2"])
        let nodes = try WireFormat.json.readList(Fixtures.transcript("list-nodes.json"), of: .node)
        #expect(nodes.objects.isEmpty && nodes.problems.isEmpty)
    }

    @Test("a recorded watch is read: additions, changes, a removal and a bookmark")
    func watch() throws {
        let events = try lines("watch-services.jsonl", of: .service)
        #expect(events.count == 5)
        guard case .set(let added) = events[0], case .set = events[1], case .set = events[2],
            case .removed(let key, let removedVersion) = events[3],
            case .bookmark(let version, let endsInitialEvents) = events[4]
        else { throw Unexpected() }
        #expect(added.key.description == "Service default/added")
        #expect(key == added.key)
        #expect(removedVersion == "224")
        #expect(version == "224")
        #expect(!endsInitialEvents)
    }

    @Test("the bookmark that ends the initial events is recognized")
    func endOfInitialEvents() throws {
        let events = try lines("watchlist-endpointslices.jsonl", of: .endpointSlice)
        let ends = events.map { event in
            if case .bookmark("219", endsInitialEvents: true) = event { true } else { false }
        }
        #expect(ends.filter { $0 }.count == 1)
        #expect(ends.firstIndex(of: true) == 4)
    }

    @Test("a watch from a forgotten version ends with Expired")
    func gone() throws {
        let events = try lines("watch-410-gone.jsonl", of: .service)
        guard case .error(let status) = events.first else { throw Unexpected() }
        #expect(status.code == 410)
        #expect(status.reason == "Expired")
    }

    @Test("a Status has code, reason, message, wait and causes")
    func status() throws {
        let status = try WireFormat.json.readStatus(Fixtures.transcript("error-504-too-large-rv.json"))
        let expected = Status(
            code: 504, reason: "Timeout", message: "Timeout: Too large resource version: 999999999, current: 232",
            retryAfterSeconds: 1, causes: ["ResourceVersionTooLarge"])
        #expect(status == expected)
        #expect(try WireFormat.json.readStatus(Fixtures.transcript("error-401-token.json")).code == 401)
    }

    @Test("an answer that is not a Status is not read as one")
    func noStatus() throws {
        #expect(throws: ObjectError.self) {
            try WireFormat.json.readStatus(Fixtures.transcript("list-services.json"))
        }
    }

    @Test("one unusable object does not spoil its list")
    func partlyUsable() throws {
        let json = #"""
            {"kind": "ServiceList", "metadata": {"resourceVersion": "9"}, "items": [
              {"metadata": {"name": "a"}, "spec": 3},
              {"metadata": {"name": "b"}, "spec": {"ports": [{"port": 1}]}},
              {"metadata": {"name": "c"}, "spec": {"ports": [{"port": "x"}]}}]}
            """#
        let page = try WireFormat.json.readList(Array(json.utf8), of: .service)
        #expect(page.objects.map(\.metadata.name) == ["b"])
        #expect(page.problems.map(\.object) == ["Service default/a", "Service default/c"])
        #expect(page.problems.map(\.field) == ["spec", "spec.ports[0].port"])
    }

    @Test("a list of another kind is refused")
    func otherList() throws {
        #expect(throws: ObjectError.self) {
            try WireFormat.json.readList(Fixtures.transcript("list-services.json"), of: .node)
        }
        #expect(throws: ObjectError.self) {
            try WireFormat.json.readList(Fixtures.transcript("error-401.json"), of: .node)
        }
    }

    @Test("a watch event with an unusable object still names the object")
    func unusableEvent() throws {
        let json =
            #"""
            {"type": "MODIFIED", "object": {"metadata": {"name": "a", "resourceVersion": "5"}, \#
            "spec": {"ports": [{"port": "x"}]}}}
            """#
        guard
            case .unusable(let error, let key, let version) = try WireFormat.json.readWatchEvent(
                Array(json.utf8), of: .service)
        else { throw Unexpected() }
        #expect(error.field == "spec.ports[0].port")
        #expect(key?.description == "Service default/a")
        #expect(version == "5")
    }

    @Test("an unusable object can still be removed")
    func unusableRemoval() throws {
        let json = #"{"type": "DELETED", "object": {"metadata": {"name": "a", "resourceVersion": "5"}, "spec": 3}}"#
        guard
            case .removed(let key, "5") = try WireFormat.json.readWatchEvent(Array(json.utf8), of: .service)
        else { throw Unexpected() }
        #expect(key.description == "Service default/a")
    }

    @Test("a watch event of an unknown type is refused")
    func unknownEvent() {
        #expect(throws: ObjectError.self) {
            try WireFormat.json.readWatchEvent(Array(#"{"type": "SPLIT", "object": {}}"#.utf8), of: .service)
        }
    }
}
