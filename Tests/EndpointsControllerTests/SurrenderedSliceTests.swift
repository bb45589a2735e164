import EndpointsController
import KubernetesAPI
import KubernetesObjects
import Testing

/// A slice of a Service that has been given another manager.
@Suite struct SurrenderedSliceTests {
    private static let slices = "/apis/discovery.k8s.io/v1/namespaces/test/endpointslices"
    private static let pods = "/api/v1/namespaces/test/pods"

    @Test func itKeepsItsEndpointsHoweverOftenItsServiceIsLookedAt() throws {
        var controller = Self.controller()
        let slice = try #require(controller.api.documents("EndpointSlice").first)
        Self.manage(slice, by: "other", &controller)
        controller.settle()
        // A change that makes every Pod of the Service be processed again.
        controller.restart()
        #expect(controller.settle() == 0)
        #expect(Self.addresses(controller) == [slice.name: ["10.0.0.1"]])
    }

    @Test func otherEndpointsGetASliceOfOurs() throws {
        var controller = Self.controller()
        let slice = try #require(controller.api.documents("EndpointSlice").first)
        Self.manage(slice, by: "other", &controller)
        controller.api.create(Self.pod("b", "10.0.0.2"), collection: Self.pods)
        controller.settle()
        let addresses = Self.addresses(controller)
        #expect(addresses.count == 2)
        #expect(addresses[slice.name] == ["10.0.0.1"])
        #expect(addresses.filter { $0.key != slice.name }.values.first == ["10.0.0.2"])
    }

    @Test func itsEndpointsAreBackWhenItIsDeleted() throws {
        var controller = Self.controller()
        let slice = try #require(controller.api.documents("EndpointSlice").first)
        Self.manage(slice, by: "other", &controller)
        controller.settle()
        controller.api.delete("\(Self.slices)/\(slice.name)")
        controller.settle()
        #expect(Array(Self.addresses(controller).values) == [["10.0.0.1"]])
    }

    @Test func itIsOursAgainWhenItsManagerIs() throws {
        var controller = Self.controller()
        let slice = try #require(controller.api.documents("EndpointSlice").first)
        Self.manage(slice, by: "other", &controller)
        controller.settle()
        Self.manage(slice, by: "endpointslice-controller.k8s.io", &controller)
        controller.api.create(Self.pod("b", "10.0.0.2"), collection: Self.pods)
        controller.settle()
        #expect(Self.addresses(controller) == [slice.name: ["10.0.0.1", "10.0.0.2"]])
    }

    /// A Service with one Pod and its slice.
    private static func controller() -> MemoryController {
        var controller = MemoryController()
        controller.api.create(
            Document(["kind": "Node", "apiVersion": "v1", "metadata": ["name": "n1"]]), collection: "/api/v1/nodes")
        controller.api.create(
            Document([
                "kind": "Service", "apiVersion": "v1", "metadata": ["name": "web"],
                "spec": ["selector": ["app": "web"], "ports": [["port": 80]]],
            ]), collection: "/api/v1/namespaces/test/services")
        controller.api.create(pod("a", "10.0.0.1"), collection: pods)
        controller.settle()
        return controller
    }

    private static func pod(_ name: String, _ address: String) -> Document {
        Document([
            "kind": "Pod", "apiVersion": "v1", "metadata": ["name": .string(name), "labels": ["app": "web"]],
            "spec": ["nodeName": "n1"],
            "status": [
                "phase": "Running", "podIP": .string(address), "podIPs": [["ip": .string(address)]],
                "conditions": [["type": "Ready", "status": "True"]],
            ],
        ])
    }

    private static func manage(_ slice: Document, by manager: String, _ controller: inout MemoryController) {
        var slice = slice
        slice.labels["endpointslice.kubernetes.io/managed-by"] = manager
        controller.api.put(slice, at: "\(slices)/\(slice.name)")
    }

    private static func addresses(_ controller: MemoryController) -> [String: [String]] {
        Dictionary(
            uniqueKeysWithValues: controller.api.documents("EndpointSlice").map { slice in
                (slice.name, slice["endpoints"].items.flatMap { $0["addresses"].texts }.sorted())
            })
    }
}
