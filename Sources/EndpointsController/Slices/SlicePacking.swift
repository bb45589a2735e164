/// Puts endpoints with the same ports into slices, with the fewest writes.
///
/// Existing slices keep endpoints that are still wanted. New ones go into slices that are written anyway, the fullest
/// first; the rest go into the one slice that they fill best, and into new slices. Slices are never merged. See
/// https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#distribution-of-endpointslices.
struct SlicePacking {
    let service: ServiceView
    /// The maximum number of endpoints in a slice.
    let limit: Int
    /// An empty slice with the ports of these endpoints.
    let empty: Slice

    /// `existing`: slices of the Service with these ports.
    func changes(to existing: [Slice], for endpoints: DesiredEndpoints) -> SliceChanges {
        var missing = endpoints
        var kept = sort(existing, &missing)
        refill(&kept.update, &missing)
        return place(missing, kept.changes, unchanged: kept.unchanged)
    }

    private struct Sorted {
        var update: [Slice] = []
        var delete: [Slice] = []
        var unchanged: [Slice] = []

        var changes: SliceChanges {
            var changes = SliceChanges()
            changes.update = update
            changes.delete = delete
            return changes
        }
    }

    /// Updates the endpoints in each slice, and leaves in `missing` those that none holds.
    private func sort(_ existing: [Slice], _ missing: inout DesiredEndpoints) -> Sorted {
        var sorted = Sorted()
        for slice in existing {
            var kept: [SliceEndpoint] = []
            var differs = false
            for endpoint in slice.endpoints {
                guard let wanted = missing.state(of: endpoint) else { continue }
                if !wanted.saysTheSame(as: endpoint) { differs = true }
                kept.append(wanted)
                missing.remove(endpoint)
            }
            if kept.count != slice.endpoints.count { differs = true }
            if differs, kept.isEmpty {
                sorted.delete.append(slice)
                continue
            }
            guard differs || !SliceLabels.follow(service, slice.labels) else {
                sorted.unchanged.append(slice)
                continue
            }
            var new = slice
            new.labels = SliceLabels.labels(for: service)
            if differs { new.endpoints = kept }
            sorted.update.append(new)
        }
        return sorted
    }

    private func refill(_ slices: inout [Slice], _ missing: inout DesiredEndpoints) {
        guard !missing.isEmpty else { return }
        slices.sort { $0.endpoints.count > $1.endpoints.count }
        for index in slices.indices { missing.fill(&slices[index], upTo: limit) }
    }

    private func place(_ rest: DesiredEndpoints, _ changes: SliceChanges, unchanged: [Slice]) -> SliceChanges {
        var missing = rest
        var changes = changes
        var unchanged = unchanged
        while !missing.isEmpty {
            if missing.count < limit, let index = bestFit(for: missing.count, in: unchanged) {
                var slice = unchanged.remove(at: index)
                missing.fill(&slice, upTo: limit)
                changes.update.append(slice)
            } else {
                var slice = empty
                missing.fill(&slice, upTo: limit)
                changes.create.append(slice)
            }
        }
        return changes
    }

    /// The slice that will be fullest with `count` more endpoints; `nil` if none has room for all of them.
    private func bestFit(for count: Int, in slices: [Slice]) -> Int? {
        slices.indices.filter { slices[$0].endpoints.count + count <= limit }
            .max { slices[$0].endpoints.count < slices[$1].endpoints.count }
    }
}
