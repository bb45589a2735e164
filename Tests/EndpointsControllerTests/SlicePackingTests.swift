import InternetAddresses
import KubernetesAPI
import Testing

@testable import EndpointsController

/// The number of writes for a change.
@Suite struct SlicePackingTests {
    private let service: ServiceView = {
        var service = ServiceView(name: NamespacedName(namespace: "default", name: "web"), uid: "s")
        service.selector = ["app": "web"]
        return service
    }()

    private func endpoint(_ number: Int, isReady: Bool = true) -> SliceEndpoint {
        var endpoint = SliceEndpoint(addresses: ["10.0.\(number / 250).\(number % 250)"])
        endpoint.isReady = isReady
        return endpoint
    }

    private func slice(_ name: String, _ endpoints: [SliceEndpoint]) -> Slice {
        var slice = Slice(for: service, .ipv4, ports: [])
        slice.name = name
        slice.endpoints = endpoints
        return slice
    }

    private func changes(_ existing: [Slice], _ wanted: [SliceEndpoint]) -> SliceChanges {
        var desired = DesiredEndpoints()
        for endpoint in wanted { desired.insert(endpoint) }
        return SlicePacking(service: service, limit: 10, empty: Slice(for: service, .ipv4, ports: []))
            .changes(to: existing, for: desired)
    }

    @Test func oneChangedEndpointIsOneWrite() {
        let existing = [slice("a", (0..<10).map { endpoint($0) }), slice("b", (10..<15).map { endpoint($0) })]
        let changes = changes(existing, (0..<15).map { endpoint($0, isReady: $0 != 3) })
        #expect(changes.update.map(\.name) == ["a"])
        #expect(changes.create.isEmpty && changes.delete.isEmpty)
    }

    @Test func newEndpointsGoWhereSomethingIsWrittenAnyway() {
        let existing = [slice("a", (0..<9).map { endpoint($0) }), slice("b", (10..<18).map { endpoint($0) })]
        let changes = changes(existing, (0..<9).map { endpoint($0) } + (11..<21).map { endpoint($0) })
        #expect(changes.update.map(\.name) == ["b"])
        #expect(changes.update[0].endpoints.count == 10)
        #expect(changes.create.isEmpty)
    }

    @Test func newEndpointsGoIntoTheSliceThatTheyFillBest() {
        let existing = [
            slice("a", (0..<2).map { endpoint($0) }), slice("b", (10..<17).map { endpoint($0) }),
            slice("c", (20..<29).map { endpoint($0) }),
        ]
        let wanted = [0..<2, 10..<17, 20..<29, 30..<33].flatMap { $0.map { endpoint($0) } }
        let changes = changes(existing, wanted)
        #expect(changes.update.map(\.name) == ["b"])
        #expect(changes.update[0].endpoints.count == 10)
    }

    @Test func whatFitsNowhereMakesNewSlices() {
        let changes = changes([slice("a", (0..<9).map { endpoint($0) })], (0..<32).map { endpoint($0) })
        #expect(changes.create.map(\.endpoints.count) == [10, 10, 3])
        #expect(changes.update.isEmpty)
    }

    @Test func theRestOfManyFillsASliceThatHasRoomForIt() {
        let changes = changes([slice("a", (0..<8).map { endpoint($0) })], (0..<20).map { endpoint($0) })
        #expect(changes.create.map(\.endpoints.count) == [10])
        #expect(changes.update.map(\.endpoints.count) == [10])
    }

    @Test func aSliceWithoutEndpointsGoes() {
        let existing = [slice("a", (0..<3).map { endpoint($0) }), slice("b", (3..<6).map { endpoint($0) })]
        let changes = changes(existing, (0..<3).map { endpoint($0) })
        #expect(changes.delete.map(\.name) == ["b"])
        #expect(changes.update.isEmpty)
    }

    @Test func anEndpointInTwoSlicesStaysInOne() {
        let existing = [slice("a", [endpoint(1)]), slice("b", [endpoint(1), endpoint(2)])]
        let changes = changes(existing, [endpoint(1), endpoint(2)])
        #expect(changes.update.map(\.name) == ["b"])
        #expect(changes.update[0].endpoints == [endpoint(2)])
    }
}
