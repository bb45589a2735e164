import InternetAddresses
import KubernetesAPI

/// Hints that were allocated for `topology-mode: Auto`, which new or vanished Nodes may have made wrong.
struct TopologyLedger: Sendable {
    private var allocated: [NamespacedName: [IPFamily: [String: Int]]] = [:]
    /// Outer `nil`: has to be computed.
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

    /// The Services some zone of which has too few endpoints now.
    mutating func overloadedServices(_ nodes: some Sequence<NodeView>) -> Set<NamespacedName> {
        guard !allocated.isEmpty else { return [] }
        let capacity = capacity(nodes)
        return Set(
            allocated.filter { $0.value.values.contains { ZoneCapacity.isOverloaded($0, capacity) } }.keys)
    }
}
