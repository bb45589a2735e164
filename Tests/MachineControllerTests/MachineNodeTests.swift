import KubernetesObjects
import MachineController
import Testing

@Suite struct MachineNodeTests {
    private let machine = MachineNode(
        name: "n1", addresses: ["192.0.2.1", "2001:db8::1"], cpus: 4, memory: 8 << 30, architecture: "amd64",
        kernel: "6.1", system: "Linux", version: "0.1.0")

    @Test func theNodeIsReadyWithItsAddressesAndResources() {
        let node = machine.reported(machine.document, now: 1_767_225_600)
        #expect(node.labels["kubernetes.io/hostname"] == "n1")
        #expect(node.status["addresses"]?.array?.count == 3)
        #expect(node.status["allocatable"]?["cpu"] == "4")
        #expect(node.status["allocatable"]?["memory"] == "8388608Ki")
        #expect(node.status["conditions"]?.array?.first?["status"] == "True")
    }

    @Test func whatOthersSayOfTheNodeStays() {
        var node = machine.document
        node.labels["rack"] = "r1"
        node[path: "spec", "podCIDR"] = "10.244.0.0/24"
        node[path: "status", "conditions"] = [["type": "DiskPressure", "status": "False"]]
        let reported = machine.reported(node, now: 1_767_225_600)
        #expect(reported.labels["rack"] == "r1")
        #expect(reported.spec["podCIDR"] == "10.244.0.0/24")
        #expect(reported.status["conditions"]?.array?.count == 2)
        let later = machine.reported(reported, now: 1_767_225_660)
        let ready = later.status["conditions"]?.array?.first { $0["type"] == "Ready" }
        #expect(ready?["lastTransitionTime"] == "2026-01-01T00:00:00Z")
        #expect(ready?["lastHeartbeatTime"] == "2026-01-01T00:01:00Z")
    }

    @Test func aNodeThatIsReadyLosesTheTaintOfNewNodesAndNoOther() {
        var node = machine.document
        #expect(machine.admitted(node) == nil)
        let own: JSONValue = ["key": "dedicated", "effect": "NoSchedule"]
        node[path: "spec", "taints"] = [["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"], own]
        #expect(machine.admitted(node)?.spec["taints"] == [own])
        node[path: "spec", "taints"] = [["key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"]]
        #expect(machine.admitted(node)?.spec["taints"] == nil)
    }
}
