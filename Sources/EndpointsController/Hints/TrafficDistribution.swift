/// `spec.trafficDistribution` of a Service: the endpoints that clients should prefer, passed to proxies as hints.
///
/// https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-distribution
package enum TrafficDistribution: Sendable, Hashable {
    case preferSameZone
    case preferSameNode

    /// `nil` for no preference, and for values of other implementations.
    package init?(name: String) {
        switch name {
        case "PreferClose", "PreferSameZone": self = .preferSameZone
        case "PreferSameNode": self = .preferSameNode
        default: return nil
        }
    }

    /// Sets the hints in all slices that are written, and also writes those with outdated hints.
    static func setHints(_ preference: Self?, _ changes: inout SliceChanges, unchanged: [Slice]) {
        changes.update += unchanged.filter { slice in
            slice.endpoints.contains { needsUpdate($0, preference) }
        }
        for index in changes.create.indices { setHints(preference, &changes.create[index]) }
        for index in changes.update.indices { setHints(preference, &changes.update[index]) }
    }

    private static func setHints(_ preference: Self?, _ slice: inout Slice) {
        for index in slice.endpoints.indices {
            guard let preference else {
                slice.endpoints[index].hints = nil
                continue
            }
            // Hints of endpoints that are not ready have no effect.
            guard slice.endpoints[index].isReady == true else { continue }
            slice.endpoints[index].hints = preference.hints(for: slice.endpoints[index])
        }
    }

    private static func needsUpdate(_ endpoint: SliceEndpoint, _ preference: Self?) -> Bool {
        guard let preference else { return endpoint.hints != nil }
        guard endpoint.isReady == true else { return false }
        return (endpoint.hints ?? .init()) != (preference.hints(for: endpoint) ?? .init())
    }

    private func hints(for endpoint: SliceEndpoint) -> SliceEndpoint.Hints? {
        var hints = SliceEndpoint.Hints()
        if let zone = endpoint.zone { hints.zones = [zone] }
        if self == .preferSameNode, let node = endpoint.nodeName { hints.nodes = [node] }
        return hints == SliceEndpoint.Hints() ? nil : hints
    }
}
