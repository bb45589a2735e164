import InternetAddresses
import KubernetesAPI

/// Hints allocated for `topology-mode: Auto`, which changed Nodes may invalidate.
struct TopologyLedger: Sendable {
    private var allocated: [NamespacedName: [IPFamily: [String: Int]]] = [:]
    /// Outer `nil`: must be computed.
    private var known: ZoneCapacity??

    mutating func forgetCapacity() { known = nil }

    /// Computed when a Service first needs it after a Node has changed.
    mutating func capacity(_ nodes: some Sequence<NodeView>) -> ZoneCapacity? {
        if let known { return known }
        let capacity = ZoneCapacity(nodes)
        known = .some(capacity)
        return capacity
    }

    /// `hints`: empty for a Service without such hints.
    mutating func set(_ service: NamespacedName, _ hints: [IPFamily: [String: Int]]) {
        allocated[service] = hints.isEmpty ? nil : hints
    }

    /// The Services with a zone that now has too few endpoints.
    mutating func overloadedServices(_ nodes: some Sequence<NodeView>) -> Set<NamespacedName> {
        guard !allocated.isEmpty else { return [] }
        let capacity = capacity(nodes)
        return Set(
            allocated.filter { $0.value.values.contains { ZoneCapacity.isOverloaded($0, capacity) } }.keys)
    }
}
