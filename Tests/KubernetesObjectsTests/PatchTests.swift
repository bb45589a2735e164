import KubernetesObjects
import TestKit
import Testing

struct PatchTests {
    static func patched(_ type: PatchType, _ patch: String, _ object: String) throws -> (Document, [String]) {
        let definition = try ServerSideApplyTests.service()
        let document = try definition.decode(try JSONParser.parse(Array(object.utf8))).document
        return try Patch.apply(type: type, body: Array(patch.utf8), to: document, definition: definition)
    }

    static let web =
        #"""
        {"metadata":{"name":"web","labels":{"a":"1","b":"2"}},\#
        "spec":{"ports":[{"name":"x","port":80},{"name":"y","port":81}]}}
        """#

    static func ports(_ document: Document) -> [Int64] {
        document.spec["ports"]?.array?.compactMap { $0["port"]?.integer } ?? []
    }

    @Test func mergePatchesReplaceLists() throws {
        let (document, _) = try Self.patched(
            .merge, #"{"metadata":{"labels":{"a":null,"c":"3"}},"spec":{"ports":[{"port":90}]}}"#, Self.web)
        #expect(document.labels == ["b": "2", "c": "3"])
        #expect(Self.ports(document) == [90])
    }

    @Test func strategicMergePatchesMergeListsByTheirKey() throws {
        let (document, _) = try Self.patched(
            .strategic, #"{"spec":{"ports":[{"port":81,"nodePort":30000},{"port":82,"name":"z"}]}}"#, Self.web)
        #expect(Self.ports(document) == [80, 81, 82])
        #expect(document.spec["ports"]?.array?[1]["nodePort"] == 30000)
        #expect(document.spec["ports"]?.array?[1]["name"] == "y")
    }

    @Test func strategicMergePatchesDeleteElementsAndSetTheirOrder() throws {
        let (document, _) = try Self.patched(
            .strategic,
            #"""
            {"spec":{"$setElementOrder/ports":[{"port":82},{"port":81}],\#
            "ports":[{"port":80,"$patch":"delete"},{"port":82,"name":"z"}]}}
            """#,
            Self.web)
        #expect(Self.ports(document) == [82, 81])
    }

    @Test func strategicMergePatchesReplaceWhatTheyAreToldTo() throws {
        let (document, _) = try Self.patched(
            .strategic, #"{"spec":{"ports":[{"$patch":"replace"},{"port":90,"name":"n"}]}}"#, Self.web)
        #expect(Self.ports(document) == [90])
    }

    @Test func finalizersAreMergedAsASet() throws {
        let object = #"{"metadata":{"name":"web","finalizers":["a/1","b/2"]},"spec":{"ports":[{"port":80}]}}"#
        let (added, _) = try Self.patched(.strategic, #"{"metadata":{"finalizers":["c/3","a/1"]}}"#, object)
        #expect(Set(added.finalizers) == ["a/1", "b/2", "c/3"])
        let (removed, _) = try Self.patched(
            .strategic, #"{"metadata":{"$deleteFromPrimitiveList/finalizers":["a/1"]}}"#, object)
        #expect(removed.finalizers == ["b/2"])
    }

    @Test func jsonPatchesApplyInOrder() throws {
        let (document, _) = try Self.patched(
            .json,
            #"""
            [{"op":"test","path":"/spec/ports/0/port","value":80},{"op":"remove","path":"/spec/ports/0"},
             {"op":"add","path":"/spec/ports/-","value":{"name":"n","port":90}},
             {"op":"copy","from":"/metadata/labels/a","path":"/metadata/labels/x~1y"},
             {"op":"move","from":"/metadata/labels/b","path":"/metadata/labels/c"}]
            """#, Self.web)
        #expect(Self.ports(document) == [81, 90])
        #expect(document.labels == ["a": "1", "x/y": "1", "c": "2"])
    }

    @Test(arguments: [
        #"[{"op":"test","path":"/spec/type","value":"NodePort"}]"#, #"[{"op":"remove","path":"/spec/nothing"}]"#,
        #"[{"op":"replace","path":"/spec/ports/7/port","value":1}]"#, #"[{"op":"jump","path":"/spec"}]"#,
    ])
    func jsonPatchesThatFailAreRefused(patch: String) {
        let status = #expect(throws: APIStatus.self) { try Self.patched(.json, patch, Self.web) }
        #expect(status?.message == "the server rejected our request due to an error in our request")
        #expect(status?.code == 422)
    }

    @Test func warnsOfUnknownFieldsAndRefusesWrongTypes() throws {
        let (_, warnings) = try Self.patched(.strategic, #"{"spec":{"colour":"red"}}"#, Self.web)
        #expect(warnings == [#"unknown field "spec.colour""#])
        let status = #expect(throws: APIStatus.self) {
            try Self.patched(.merge, #"{"spec":{"ports":"none"}}"#, Self.web)
        }
        #expect(
            status?.message.hasSuffix(
                "json: cannot unmarshal string into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort")
                == true)
        let converted = #expect(throws: APIStatus.self) {
            try Self.patched(.strategic, #"{"spec":{"ports":[{"port":"x"}]}}"#, Self.web)
        }
        #expect(
            converted?.message
                == #"""
                 "" is invalid: patch: Invalid value: "map[spec:map[ports:[map[port:x]]]]": unrecognized type: int32
                """#
        )
    }

    /// Two patches from the same state give the result of the merge patch between two states.
    @Test func mergePatchesLeadFromOneObjectToAnother() throws {
        var random = SplitMix64(seed: 3)
        let definition = try #require(
            ResourceTable.kubernetes.definition(GroupVersion("v1"), kind: "ConfigMap"))
        for _ in 0..<200 {
            func data() -> [String: String] {
                Dictionary(
                    (0..<random.next() % 6).map { _ in ("k\(random.next() % 5)", "\(random.next() % 3)") },
                    uniquingKeysWith: { $1 })
            }
            let old = data()
            let new = data()
            var patch = JSONObject()
            for key in Set(old.keys).union(new.keys) where old[key] != new[key] {
                patch[key] = new[key].map { .string($0) } ?? .null
            }
            var document = Document(["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a"]])
            document["data"] = .object(JSONObject(old.map { ($0, .string($1)) }))
            for type in [PatchType.merge, .strategic] {
                let (patched, _) = try Patch.apply(
                    type: type, body: JSONWriter.bytes(["data": .object(patch)]), to: document, definition: definition)
                let result = patched["data"]?.object?.members.map { ($0.key, $0.value.string ?? "") } ?? []
                #expect(Dictionary(uniqueKeysWithValues: result) == new)
            }
        }
    }
}

extension PatchTests {
    @Test func aPatchDoesNotChangeTheKind() throws {
        let (document, _) = try Self.patched(.strategic, #"{"kind":"Pod","apiVersion":"v2"}"#, Self.web)
        #expect(document.kind == "Service")
        #expect(document.apiVersion == "v1")
        #expect(throws: APIStatus.self) { try Self.patched(.merge, #"{"kind":"Pod"}"#, Self.web) }
    }

    @Test(arguments: [
        (
            PatchType.json, "{}",
            "error decoding patch: json: cannot unmarshal object into Go value of type []interface {}"
        ),
        (
            .merge, "[]",
            "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}"
        ),
        (.strategic, "5", "json: cannot unmarshal number into Go value of type map[string]interface {}"),
    ])
    func saysWhatAPatchHasToBe(type: PatchType, patch: String, message: String) {
        let status = #expect(throws: APIStatus.self) { try Self.patched(type, patch, Self.web) }
        #expect(status?.message == message)
        #expect(status?.code == 400)
    }
}
