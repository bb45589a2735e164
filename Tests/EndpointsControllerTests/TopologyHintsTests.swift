import KubernetesObjects
import Testing

@testable import EndpointsController

@Suite struct TopologyHintsTests {
    private func nodes(_ cpus: [String: Int64]) -> [NodeView] {
        cpus.map { NodeView(name: "node-\($0.key)", zone: $0.key, milliCPU: $0.value) }
    }

    private func slice(_ zones: [String], name: String = "") -> Slice {
        var slice = Slice(metadata: ["name": .init(stringLiteral: name)], addressType: "IPv4")
        slice.endpoints = zones.enumerated().map { index, zone in
            var endpoint = SliceEndpoint(addresses: ["10.0.0.\(index)"])
            endpoint.isReady = true
            endpoint.zone = zone
            return endpoint
        }
        return slice
    }

    @Test func theCapacityIsKnownOnlyIfAllNodesSayEnough() {
        #expect(ZoneCapacity(nodes(["a": 1000, "b": 3000]))?.ratios == ["a": 0.25, "b": 0.75])
        #expect(ZoneCapacity(nodes(["a": 1000])) == nil)
        #expect(ZoneCapacity(nodes(["a": 1000, "b": 0])) == nil)
        #expect(ZoneCapacity(nodes(["a": 1000, "": 1000, "b": 1000])) == nil)
        let others = [
            NodeView(name: "control", isControlPlane: true), NodeView(name: "broken", isReady: false),
        ]
        #expect(ZoneCapacity(nodes(["a": 1000, "b": 1000]) + others) != nil)
    }

    @Test func endpointsAreSpreadByCapacity() {
        var changes = SliceChanges()
        changes.create = [slice(["a", "a", "a", "a", "b", "b"])]
        var hints = TopologyHints(changes: changes, unchanged: [])
        #expect(hints.allocate(ZoneCapacity(nodes(["a": 1000, "b": 1000]))) == ["a": 3, "b": 3])
        let given = hints.changes.create[0].endpoints.compactMap { $0.hints?.zones.first }
        #expect(given.filter { $0 == "b" }.count == 3)
    }

    @Test func nobodyGetsHintsWhenAZoneWouldBeOverloaded() {
        var changes = SliceChanges()
        changes.create = [slice(["a", "b", "c", "a"])]
        var hints = TopologyHints(changes: changes, unchanged: [])
        #expect(hints.allocate(ZoneCapacity(nodes(["a": 1000, "b": 1000, "c": 1000]))) == nil)
        #expect(hints.changes.create[0].endpoints.allSatisfy { $0.hints == nil })
    }

    @Test func validHintsOfSlicesThatAreNotWrittenStay() {
        var known = slice(["a", "b", "a", "b"], name: "known")
        for index in known.endpoints.indices {
            known.endpoints[index].hints = .init(zones: [known.endpoints[index].zone ?? ""])
        }
        var changes = SliceChanges()
        changes.create = [slice(["a", "b"])]
        var hints = TopologyHints(changes: changes, unchanged: [known])
        #expect(hints.allocate(ZoneCapacity(nodes(["a": 1000, "b": 1000]))) == ["a": 3, "b": 3])
        #expect(hints.changes.update.isEmpty)
    }

    @Test func hintsGoEverywhereWhenTheyAreGivenUp() {
        var known = slice(["a", "b"], name: "known")
        known.endpoints[0].hints = .init(zones: ["a"])
        var hints = TopologyHints(changes: SliceChanges(), unchanged: [known, slice(["a"], name: "plain")])
        #expect(hints.allocate(nil) == nil)
        #expect(hints.changes.update.map(\.name) == ["known"])
        #expect(hints.changes.update[0].endpoints.allSatisfy { $0.hints == nil })
    }

    @Test func aServiceIsLookedAtAgainWhenANewZoneHasTooFew() {
        let two = ZoneCapacity(nodes(["a": 1000, "b": 1000]))
        let three = ZoneCapacity(nodes(["a": 1000, "b": 1000, "c": 1000]))
        #expect(!ZoneCapacity.isOverloaded(["a": 3, "b": 3], two))
        #expect(ZoneCapacity.isOverloaded(["a": 3, "b": 3], three))
        #expect(ZoneCapacity.isOverloaded(["a": 5, "b": 1], two))
        #expect(ZoneCapacity.isOverloaded(["a": 3, "b": 3], nil))
        #expect(!ZoneCapacity.isOverloaded([:], nil))
    }
}
