import KubernetesObjects
import MachineController
import Testing

@Suite struct MachinePodTests {
    private func pod(_ address: String?, node: String = "", containers: JSONValue = [["name": "c"]]) -> Document {
        var document = Document([
            "kind": "Pod", "apiVersion": "v1", "metadata": ["name": "web", "namespace": "default", "uid": "u"],
            "spec": ["containers": containers],
        ])
        document.annotations = address.map { [MachinePod.annotation: $0] } ?? [:]
        if !node.isEmpty { document[path: "spec", "nodeName"] = .string(node) }
        return document
    }

    @Test func podsWithoutTheAnnotationAndThoseOfOtherNodesAreLeftAlone() throws {
        #expect(try MachinePod(pod(nil), node: "n1") == nil)
        #expect(try MachinePod(pod("192.0.2.1", node: "n2"), node: "n1") == nil)
        #expect(try MachinePod(pod("192.0.2.1"), node: "n1") != nil)
        #expect(try MachinePod(pod("192.0.2.1", node: "n1"), node: "n1")?.hasNode == true)
    }

    @Test func anAddressOfEachFamilyIsTaken() throws {
        #expect(try MachinePod(pod("192.0.2.1, 2001:db8::1"), node: "n1")?.addresses == ["192.0.2.1", "2001:db8::1"])
        for text in ["", "web.example.com", "192.0.2.1,192.0.2.2"] {
            #expect(throws: MachineError.self) { try MachinePod(pod(text), node: "n1") }
        }
    }

    @Test func aPodIsRunningWithItsAddressesAndReadyWithItsContainers() throws {
        let machinePod = try #require(try MachinePod(pod("192.0.2.1", node: "n1"), node: "n1"))
        let reported = machinePod.reported(
            ready: ["c"], unsupported: nil, hostAddresses: ["198.51.100.1"], now: 1_767_225_600)
        #expect(reported.status["phase"] == "Running")
        #expect(reported.status["podIPs"] == [["ip": "192.0.2.1"]])
        #expect(reported.status["hostIP"] == "198.51.100.1")
        #expect(condition("Ready", reported)?["status"] == "True")
        #expect(machinePod.isNews(reported))
    }

    @Test func theTimesOfConditionsChangeOnlyWithThem() throws {
        let first = try #require(try MachinePod(pod("192.0.2.1", node: "n1"), node: "n1"))
            .reported(ready: ["c"], unsupported: nil, hostAddresses: [], now: 1_767_225_600)
        let again = try #require(try MachinePod(first, node: "n1"))
        let second = again.reported(ready: ["c"], unsupported: nil, hostAddresses: [], now: 1_767_225_700)
        #expect(!again.isNews(second))
        let third = again.reported(ready: [], unsupported: nil, hostAddresses: [], now: 1_767_225_700)
        #expect(again.isNews(third))
        #expect(condition("Ready", third)?["lastTransitionTime"] == "2026-01-01T00:01:40Z")
        #expect(condition("Ready", third)?["message"] == "containers with unready status: [c]")
        #expect(condition("Initialized", third)?["lastTransitionTime"] == "2026-01-01T00:00:00Z")
    }

    private func condition(_ type: String, _ document: Document) -> JSONValue? {
        document.status["conditions"]?.array?.first { $0["type"]?.string == type }
    }
}
