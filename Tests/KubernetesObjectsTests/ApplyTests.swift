import KubernetesObjects
import TestKit
import Testing

struct ServerSideApplyTests {
    static func service() throws -> ResourceDefinition {
        try #require(
            ResourceTable.kubernetes.definition(GroupVersion(group: "", version: "v1"), kind: "Service"))
    }

    static func apply(
        _ yaml: String, to document: Document?, manager: String, forces: Bool = false
    ) throws -> Document {
        try ServerSideApply.apply(
            body: Array(yaml.utf8), to: document, definition: service(), manager: manager, forces: forces, name: "web",
            namespace: "shop", now: 1_000_000
        ).document
    }

    static let one = """
        apiVersion: v1
        kind: Service
        metadata: {name: web, labels: {app: web}}
        spec:
          selector: {app: web}
          ports:
          - {name: http, port: 80, targetPort: 8080}
        """
    static let two = """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          ports:
          - {name: http, port: 80, targetPort: 9090}
        """
    static let none = """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec:
          ports:
          - {name: http, port: 80}
        """

    @Test func recordsWhatWasApplied() throws {
        let document = try Self.apply(Self.one, to: nil, manager: "kubectl")
        #expect(document.managedFields.count == 1)
        let fields = try #require(document.managedFields.first?["fieldsV1"])
        let expected: JSONValue = [
            "f:metadata": ["f:labels": ["f:app": [:]]],
            "f:spec": [
                "f:ports": [
                    #"k:{"port":80,"protocol":"TCP"}"#: [".": [:], "f:name": [:], "f:port": [:], "f:targetPort": [:]]
                ],
                "f:selector": [:],
            ],
        ]
        #expect(fields == expected)
        #expect(document.spec["ports"]?.array?.first?["protocol"] == "TCP")
    }

    @Test func applyingTwiceChangesNothing() throws {
        let first = try Self.apply(Self.one, to: nil, manager: "kubectl")
        let second = try Self.apply(Self.one, to: first, manager: "kubectl")
        #expect(first == second)
    }

    @Test func refusesFieldsOfOthersUnlessForced() throws {
        let first = try Self.apply(Self.one, to: nil, manager: "kubectl")
        let status = #expect(throws: APIStatus.self) { try Self.apply(Self.two, to: first, manager: "other") }
        #expect(
            status?.message
                == #"""
                Apply failed with 1 conflict: conflict with "kubectl": .spec.ports[port=80,protocol="TCP"].targetPort
                """#
        )
        let forced = try Self.apply(Self.two, to: first, manager: "other", forces: true)
        #expect(forced.spec["ports"]?.array?.first?["targetPort"] == 9090)
        let back = try Self.apply(Self.none, to: forced, manager: "kubectl")
        #expect(back.spec["ports"]?.array?.first?["targetPort"] == 9090)
        #expect(back.labels.isEmpty)
        #expect(back.spec["selector"] == nil)
        #expect(back.managedFields.compactMap { $0["manager"]?.string }.sorted() == ["kubectl", "other"])
    }

    @Test func namesFieldsThatTheKindDoesNotHave() throws {
        let status = #expect(throws: APIStatus.self) {
            try Self.apply(Self.two + "\n  colour: red\n", to: nil, manager: "kubectl")
        }
        #expect(
            status?.message
                == "failed to create typed patch object (shop/web; /v1, Kind=Service): .spec.colour: field not "
                + "declared in schema"
        )
    }

    @Test func anUpdateTakesTheFieldsThatItChanges() throws {
        let definition = try Self.service()
        let first = try Self.apply(Self.one, to: nil, manager: "kubectl")
        let (patched, _) = try Patch.apply(
            type: .strategic, body: Array(#"{"spec":{"sessionAffinity":"ClientIP"}}"#.utf8), to: first,
            definition: definition)
        let updated = ManagedFields.update(
            patched, old: first, definition, subresource: "", manager: "hand", now: 1_000_001)
        let status = #expect(throws: APIStatus.self) {
            try Self.apply(Self.two + "\n  sessionAffinity: None\n", to: updated, manager: "kubectl")
        }
        #expect(
            status?.message == #"Apply failed with 1 conflict: conflict with "hand" using v1: .spec.sessionAffinity"#)
    }

    @Test func aChangeOfNothingKeepsTheRecords() throws {
        let definition = try Self.service()
        let first = try Self.apply(Self.one, to: nil, manager: "kubectl")
        let same = ManagedFields.update(first, old: first, definition, subresource: "", manager: "hand", now: 5)
        #expect(same == first)
    }
}

/// Several managers that apply one after the other, compared with a simple account of who owns what.
struct ApplyModelTests {
    private struct Model {
        var data: [String: String] = [:]
        var owners: [String: Set<String>] = [:]

        mutating func apply(_ configuration: [String: String], by manager: String) {
            for (key, value) in configuration {
                if data[key] == value {
                    owners[key, default: []].insert(manager)
                } else {
                    data[key] = value
                    owners[key] = [manager]
                }
            }
            for key in Array(owners.keys) where configuration[key] == nil && owners[key]?.remove(manager) != nil {
                if owners[key]?.isEmpty == true {
                    owners[key] = nil
                    data[key] = nil
                }
            }
        }
    }

    @Test func everyFieldGoesWithItsLastOwner() throws {
        let definition = try #require(ResourceTable.kubernetes.definition(GroupVersion("v1"), kind: "ConfigMap"))
        var random = SplitMix64(seed: 5)
        for _ in 0..<40 {
            var model = Model()
            var document: Document?
            for step in 0..<20 {
                let manager = "m\(random.next() % 3)"
                var configuration: [String: String] = [:]
                for _ in 0..<random.next() % 4 { configuration["k\(random.next() % 5)"] = "\(random.next() % 2)" }
                let body: JSONValue = [
                    "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a"],
                    "data": .object(JSONObject(configuration.map { ($0, .string($1)) })),
                ]
                document = try ServerSideApply.apply(
                    body: JSONWriter.bytes(body), to: document, definition: definition, manager: manager, forces: true,
                    name: "a", namespace: "b", now: Int64(step)
                ).document
                model.apply(configuration, by: manager)
                let data = document?["data"]?.object?.members.map { ($0.key, $0.value.string ?? "") } ?? []
                #expect(Dictionary(uniqueKeysWithValues: data) == model.data)
                var owners: [String: Set<String>] = [:]
                for record in document?.managedFields ?? [] {
                    for key in record["fieldsV1"]?["f:data"]?.object?.keys ?? [] where key.hasPrefix("f:") {
                        owners[String(key.dropFirst(2)), default: []].insert(record["manager"]?.string ?? "")
                    }
                }
                #expect(owners == model.owners)
            }
        }
    }
}
