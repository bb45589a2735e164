import KubernetesObjects
import Testing

/// Permitted and forbidden changes of a Service.
struct ServiceUpdateTests {
    static let base =
        #"""
        {"type":"ClusterIP","clusterIP":"10.96.0.7","clusterIPs":["10.96.0.7"],"ipFamilies":["IPv4"],\#
        "ipFamilyPolicy":"SingleStack","ports":[{"port":80}]}
        """#
    static let local =
        #"""
        {"type":"LoadBalancer","clusterIP":"10.96.0.7","clusterIPs":["10.96.0.7"],"ipFamilies":["IPv4"],\#
        "ipFamilyPolicy":"SingleStack","externalTrafficPolicy":"Local","healthCheckNodePort":30100,\#
        "loadBalancerClass":"a/b","ports":[{"port":80,"nodePort":30101}]}
        """#

    static func document(_ spec: String) throws -> (ResourceDefinition, Document) {
        let definition = try ServerSideApplyTests.service()
        let text = #"{"metadata":{"name":"web","namespace":"shop","uid":"u"},"spec":\#(spec)}"#
        return (definition, try definition.decode(try JSONParser.parse(Array(text.utf8))).document)
    }

    static func errors(_ old: String, _ patch: String) throws -> [String] {
        let (definition, old) = try document(old)
        var (new, _) = try Patch.apply(
            type: .merge, body: Array(#"{"spec":\#(patch)}"#.utf8), to: old, definition: definition)
        definition.behaviour.prepareForUpdate(&new, old: old, subresource: "")
        do {
            try definition.validateForUpdate(new, old: old)
            return []
        } catch {
            return error.details?.causes.map { "\($0.field): \($0.message)" } ?? []
        }
    }

    @Test(arguments: [
        (
            base, #"{"clusterIP":"10.96.0.8","clusterIPs":["10.96.0.8"]}"#,
            [#"spec.clusterIPs[0]: Invalid value: ["10.96.0.8"]: may not change once set"#]
        ),
        (
            base, #"{"clusterIP":"None","clusterIPs":["None"]}"#,
            [#"spec.clusterIPs[0]: Invalid value: ["None"]: may not change once set"#]
        ),
        (
            base,
            #"{"clusterIPs":["10.96.0.7","fd00::7"],"ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"PreferDualStack"}"#,
            []
        ),
        (
            base, #"{"type":"Gateway","internalTrafficPolicy":null}"#,
            [
                #"""
                spec.type: Unsupported value: "Gateway": supported values: "ClusterIP", "ExternalName", \#
                "LoadBalancer", "NodePort"
                """#
            ]
        ),
        (local, #"{"healthCheckNodePort":30102}"#, ["spec.healthCheckNodePort: Forbidden: field is immutable"]),
        (
            local, #"{"loadBalancerClass":"a/c"}"#,
            [#"spec.loadBalancerClass: Invalid value: "a/c": may not change once set"#]
        ),
        (
            local, #"{"externalTrafficPolicy":"Cluster"}"#,
            [
                "spec.healthCheckNodePort: Invalid value: 30100: may only be set when `type` is 'LoadBalancer' and "
                    + "`externalTrafficPolicy` is 'Local'"
            ]
        ),
        (base, #"{"sessionAffinity":"ClientIP"}"#, []),
    ])
    func namesWhatMayNotChange(old: String, patch: String, expected: [String]) throws {
        #expect(try Self.errors(old, patch) == expected)
    }

    @Test func aServiceThatIsNoLoadBalancerAnyMoreForgetsItsAddresses() throws {
        var (definition, old) = try Self.document(Self.local)
        old["status"] = ["loadBalancer": ["ingress": [["ip": "192.0.2.1", "ipMode": "VIP"]]]]
        var new = old
        new.spec["type"] = "ClusterIP"
        definition.behaviour.prepareForUpdate(&new, old: old, subresource: "")
        #expect(new["status"] == ["loadBalancer": [:]])
    }

    @Test func theStatusIsCheckedWhereLoadBalancersWriteIt() throws {
        let (definition, old) = try Self.document(Self.local)
        var new = old
        new["status"] = ["loadBalancer": ["ingress": [["ip": "bad", "ipMode": "VIP"], ["hostname": "10.0.0.1"]]]]
        let status = #expect(throws: APIStatus.self) {
            try definition.validateForUpdate(new, old: old, subresource: "status")
        }
        #expect(
            status?.details?.causes.map(\.field) == [
                "status.loadBalancer.ingress[0].ip", "status.loadBalancer.ingress[1].hostname",
            ])
    }
}
