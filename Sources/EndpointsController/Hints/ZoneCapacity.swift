/// The distribution of the Nodes' CPUs over zones, which estimates each zone's share of traffic.
package struct ZoneCapacity: Sendable, Hashable {
    /// The overload of an endpoint above average at which hints are abandoned.
    static let overload = 0.2

    /// The share of each zone; the sum is 1.
    package let ratios: [String: Double]

    /// `nil` unless all ready Nodes that may run Pods state their zone and CPUs, in two zones or more.
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

    /// The desired number of endpoints of a zone.
    struct Allocation: Sendable, Hashable {
        var minimum: Int
        var maximum: Int
        var desired: Double
    }

    /// The distribution of `count` endpoints; `nil` if there are too few.
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

    /// Whether allocated hints leave a zone with too few endpoints.
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
