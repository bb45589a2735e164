import KubernetesObjects
import Testing

/// kube-apiserver's records for the same requests.
struct ManagedFieldsTests {
    private func service(_ json: String) throws -> (ResourceDefinition, Document) {
        let definition = try ServerSideApplyTests.service()
        return (definition, try definition.decode(try JSONParser.parse(Array(json.utf8))).document)
    }

    private func fields(_ document: Document, _ manager: String) -> JSONValue? {
        document.managedFields.first { $0["manager"]?.string == manager }?["fieldsV1"]
    }

    @Test func whoCreatesOwnsWhatItHasSetAndDefaults() throws {
        let (definition, document) = try service(
            #"""
            {"metadata":{"name":"added","labels":{"app":"added"}},
             "spec":{"ports":[{"name":"80","port":80,"targetPort":80,"protocol":"TCP"}],"selector":{"app":"added"},
             "type":"ClusterIP"}}
            """#)
        let created = ManagedFields.update(
            document, old: nil, definition, subresource: "", manager: "kubectl-create", now: 1)
        let expected = try JSONParser.parse(
            Array(
                #"""
                {"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:internalTrafficPolicy":{},
                 "f:ports":{".":{},"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:name":{},"f:port":{},
                 "f:protocol":{},"f:targetPort":{}}},
                 "f:selector":{},"f:sessionAffinity":{},"f:type":{}}}
                """#.utf8))
        #expect(fields(created, "kubectl-create") == expected)

        var labelled = created
        labelled.labels["tier"] = "web"
        let updated = ManagedFields.update(
            labelled, old: created, definition, subresource: "", manager: "kubectl-label", now: 2)
        #expect(fields(updated, "kubectl-create") == expected)
        #expect(fields(updated, "kubectl-label") == ["f:metadata": ["f:labels": ["f:tier": [:]]]])
    }

    @Test func aPatchTakesWhatItChanges() throws {
        let (definition, document) = try service(
            #"{"metadata":{"name":"a"},"spec":{"type":"LoadBalancer","ports":[{"port":80,"nodePort":30907}]}}"#)
        let created = ManagedFields.update(
            document, old: nil, definition, subresource: "", manager: "kubectl-create", now: 1)
        let (patched, _) = try Patch.apply(
            type: .strategic, body: Array(#"{"spec":{"sessionAffinity":"ClientIP"}}"#.utf8), to: created,
            definition: definition)
        let updated = ManagedFields.update(
            patched, old: created, definition, subresource: "", manager: "kubectl-patch", now: 2)
        #expect(
            fields(updated, "kubectl-patch") == [
                "f:spec": [
                    "f:sessionAffinity": [:],
                    "f:sessionAffinityConfig": [".": [:], "f:clientIP": [".": [:], "f:timeoutSeconds": [:]]],
                ]
            ])
        #expect(fields(updated, "kubectl-create")?["f:spec"]?["f:sessionAffinity"] == nil)
        #expect(fields(updated, "kubectl-create")?["f:spec"]?["f:allocateLoadBalancerNodePorts"] != nil)
    }

    @Test func managersAreNamedAfterTheirUserAgent() {
        #expect(ManagedFields.manager(fieldManager: nil, userAgent: "kubectl/v1.36.2 (linux/amd64)") == "kubectl")
        #expect(ManagedFields.manager(fieldManager: "hand", userAgent: "kubectl/v1.36.2") == "hand")
        #expect(ManagedFields.manager(fieldManager: "", userAgent: nil) == "unknown")
    }

    @Test func onlyTheLastTenManagersAreKeptApart() throws {
        let definition = try #require(ResourceTable.kubernetes.definition(GroupVersion("v1"), kind: "ConfigMap"))
        var document = Document(["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a"]])
        var old: Document?
        for index in 0..<15 {
            document["data"] = .object(
                JSONObject((document["data"]?.object?.members ?? []).map { ($0.key, $0.value) } + [("k\(index)", "x")]))
            document = ManagedFields.update(
                document, old: old, definition, subresource: "", manager: "m\(index)", now: Int64(index))
            old = document
        }
        #expect(document.managedFields.count == 10)
        #expect(fields(document, "ancient-changes")?["f:data"]?["f:k0"] != nil)
    }
}
