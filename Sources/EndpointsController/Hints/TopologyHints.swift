/// Spreads the endpoints of a Service with `service.kubernetes.io/topology-mode: Auto` over zones, in proportion to the
/// CPUs there, with as few changed hints as possible.
///
/// https://kubernetes.io/docs/concepts/services-networking/topology-aware-routing/
struct TopologyHints {
    private(set) var changes: SliceChanges
    private var unchanged: [Slice]

    init(changes: SliceChanges, unchanged: [Slice]) {
        self.changes = changes
        self.unchanged = unchanged
    }

    /// Sets the hints in ``changes``, adding slices whose hints differ.
    ///
    /// - Returns: The number of endpoints of each zone; `nil` if no hints are possible, and all are removed.
    mutating func allocate(_ capacity: ZoneCapacity?) -> [String: Int]? {
        let slices = changes.create + changes.update + unchanged
        let ready = slices.flatMap(\.endpoints).filter { $0.isReady == true }
        guard let allocations = capacity?.allocations(of: ready.count) else { return removeHints() }
        var allocated = keepValidHints(allocations)
        for slice in changes.create + changes.update {
            for endpoint in slice.endpoints where endpoint.isReady == true {
                guard let zone = endpoint.zone, !zone.isEmpty else { return removeHints() }
                allocated[zone, default: 0] += 1
            }
        }
        var moves = Moves(allocations: allocations, allocated: allocated)
        for index in changes.create.indices { setHints(&changes.create[index], &moves, &allocated) }
        for index in changes.update.indices { setHints(&changes.update[index], &moves, &allocated) }
        return allocated.isEmpty ? removeHints() : allocated
    }

    /// Counts the hints of slices that may stay as they are; the others must be written.
    private mutating func keepValidHints(_ allocations: [String: ZoneCapacity.Allocation]) -> [String: Int] {
        var allocated: [String: Int] = [:]
        for slice in unchanged {
            if let counts = Self.validHints(slice, allocations, beside: allocated) {
                allocated.merge(counts, uniquingKeysWith: +)
            } else {
                changes.update.append(slice)
            }
        }
        return allocated
    }

    /// `nil` if a ready endpoint has no hint, or one for an ineligible zone.
    private static func validHints(
        _ slice: Slice, _ allocations: [String: ZoneCapacity.Allocation], beside allocated: [String: Int]
    ) -> [String: Int]? {
        var counts: [String: Int] = [:]
        for endpoint in slice.endpoints where endpoint.isReady == true {
            guard let hints = endpoint.hints, !hints.zones.isEmpty else { return nil }
            for zone in hints.zones {
                guard allocations[zone] != nil else { return nil }
                counts[zone, default: 0] += 1
            }
        }
        let fits = counts.allSatisfy { zone, count in
            count + allocated[zone, default: 0] <= allocations[zone]?.maximum ?? 0
        }
        return fits ? counts : nil
    }

    private func setHints(_ slice: inout Slice, _ moves: inout Moves, _ allocated: inout [String: Int]) {
        for index in slice.endpoints.indices {
            guard slice.endpoints[index].isReady == true, let zone = slice.endpoints[index].zone else {
                slice.endpoints[index].hints = nil
                continue
            }
            let receiver = moves.take(from: zone)
            slice.endpoints[index].hints = SliceEndpoint.Hints(zones: [receiver ?? zone])
            if let receiver {
                allocated[zone, default: 0] -= 1
                allocated[receiver, default: 0] += 1
            }
        }
    }

    private mutating func removeHints() -> [String: Int]? {
        let written = Set(changes.update.map(\.name))
        TrafficDistribution.setHints(nil, &changes, unchanged: unchanged.filter { !written.contains($0.name) })
        return nil
    }
}

/// The number of endpoints that zones give to others.
private struct Moves {
    private var giving: [String: Int] = [:]
    private var receiving: [String: Int] = [:]

    init(allocations: [String: ZoneCapacity.Allocation], allocated: [String: Int]) {
        var surplus: [String: Double] = [:]
        var lack: [String: Double] = [:]
        for (zone, allocation) in allocations {
            let difference = Double(allocated[zone] ?? 0) - allocation.desired
            if difference > 0 { surplus[zone] = difference }
            if difference < 0 { lack[zone] = -difference }
        }
        while let giver = Self.most(surplus), let receiver = Self.most(lack) {
            // Less than half an endpoint is not worth a move, nor are two halves.
            guard giver.amount >= 0.5, receiver.amount >= 0.5, giver.amount >= 1 || receiver.amount >= 1 else { break }
            giving[giver.zone, default: 0] += 1
            receiving[receiver.zone, default: 0] += 1
            surplus[giver.zone] = giver.amount - 1
            lack[receiver.zone] = receiver.amount - 1
        }
    }

    private static func most(_ zones: [String: Double]) -> (zone: String, amount: Double)? {
        zones.filter { $0.value > 0 }.max { ($0.value, $1.key) < ($1.value, $0.key) }
            .map { (zone: $0.key, amount: $0.value) }
    }

    /// The zone that gets an endpoint of `zone`; `nil` if it keeps it.
    mutating func take(from zone: String) -> String? {
        guard let left = giving[zone], left > 0 else { return nil }
        guard let receiver = receiving.filter({ $0.value > 0 }).keys.min() else { return nil }
        giving[zone] = left - 1
        receiving[receiver, default: 0] -= 1
        return receiver
    }
}
