/// How the CPUs of the cluster's Nodes are spread over zones; the share of traffic that a zone is expected to cause.
package struct ZoneCapacity: Sendable, Hashable {
    /// By how much more an endpoint may be loaded than on average before hints are given up.
    static let overload = 0.2

    /// Share of each zone; the sum is 1.
    package let ratios: [String: Double]

    /// `nil` unless all Nodes that are ready and may run Pods say their zone and CPUs, in two zones or more.
    package init?(_ nodes: some Sequence<NodeView>) {
        var milliCPUs: [String: Int64] = [:]
        for node in nodes where !node.isControlPlane && node.isReady {
            guard !node.zone.isEmpty, node.milliCPU > 0 else { return nil }
            milliCPUs[node.zone, default: 0] += node.milliCPU
        }
        let total = milliCPUs.values.reduce(0, +)
        guard milliCPUs.count >= 2, total > 0 else { return nil }
        ratios = milliCPUs.mapValues { Double($0) / Double(total) }
    }

    /// How many endpoints a zone should have.
    struct Allocation: Sendable, Hashable {
        var minimum: Int
        var maximum: Int
        var desired: Double
    }

    /// How `count` endpoints are to be spread; `nil` where there are too few for that.
    func allocations(of count: Int) -> [String: Allocation]? {
        guard ratios.count <= count else { return nil }
        var allocations: [String: Allocation] = [:]
        for (zone, ratio) in ratios {
            let desired = ratio * Double(count)
            let minimum = Self.minimum(desired)
            allocations[zone] = Allocation(
                minimum: minimum, maximum: 0, desired: max(desired, Double(minimum)))
        }
        let spare = count - allocations.values.map(\.minimum).reduce(0, +)
        guard spare >= 0 else { return nil }
        return allocations.mapValues {
            Allocation(minimum: $0.minimum, maximum: $0.minimum + spare, desired: $0.desired)
        }
    }

    /// Whether hints that were allocated leave a zone with too few endpoints.
    package static func isOverloaded(_ hints: [String: Int], _ capacity: ZoneCapacity?) -> Bool {
        guard !hints.isEmpty else { return false }
        guard let capacity else { return true }
        let total = Double(hints.values.reduce(0, +))
        return capacity.ratios.contains { zone, ratio in
            guard let count = hints[zone] else { return true }
            return count < minimum(total * ratio)
        }
    }

    private static func minimum(_ desired: Double) -> Int {
        Int((desired * (1 / (1 + overload))).rounded(.up))
    }
}
