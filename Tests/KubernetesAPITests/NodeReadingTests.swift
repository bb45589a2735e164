import KubernetesAPI
import Testing

@Suite struct NodeReadingTests {
    @Test("zone, pod networks, taints and addresses are read; host names are skipped")
    func allFields() throws {
        let node = try readNode(
            #"""
            {"metadata": {"name": "n1", "namespace": "ignored",
            "labels": {"topology.kubernetes.io/zone": "z1", "a": "b"}},
             "spec": {"podCIDR": "10.244.0.0/24", "podCIDRs": ["10.244.0.0/24", "fd00:10:244::/64"],
              "taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}]},
             "status": {"addresses": [{"type": "Hostname", "address": "n1"},
             {"type": "InternalIP", "address": "172.30.0.2"},
              {"type": "ExternalIP", "address": "2001:db8::1"}, {"type": "InternalIP", "address": "fd00::2"}]}}
            """#)
        let expected = Node(
            metadata: ObjectMeta(namespace: "", name: "n1", labels: [WellKnown.zone: "z1"]),
            podCIDRs: [try network("10.244.0.0/24"), try network("fd00:10:244::/64")],
            taints: [Node.Taint(key: "k", value: "v", effect: "NoSchedule")],
            internalIPs: [try address("172.30.0.2"), try address("fd00::2")], externalIPs: [try address("2001:db8::1")])
        #expect(node == expected)
        #expect(node.zone == "z1")
    }

    @Test("the older podCIDR counts if podCIDRs is missing")
    func singlePodCIDR() throws {
        let node = try readNode(#"{"metadata": {"name": "n1"}, "spec": {"podCIDR": "10.244.0.0/24"}}"#)
        #expect(node.podCIDRs == [try network("10.244.0.0/24")])
    }

    @Test("an invalid address is omitted and named, and the others count")
    func badAddress() throws {
        let node = try readNode(
            #"""
            {"metadata": {"name": "n1"}, "status": {"addresses": [
              {"type": "InternalIP", "address": "n1"}, {"type": "InternalIP", "address": "172.30.0.2"}]}}
            """#)
        #expect(node.internalIPs == [try address("172.30.0.2")])
        #expect(
            node.refusals == [FieldRefusal(path: "status.addresses[0].address", value: "n1", reason: .notAnAddress)])
    }
}
