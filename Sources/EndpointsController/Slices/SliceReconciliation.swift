package import InternetAddresses
import KubernetesAPI
import KubernetesObjects

/// Decides how the EndpointSlices of a Service with a selector must change, as kube-controller-manager does.
package struct SliceReconciliation: Sendable {
    /// The maximum number of endpoints in a slice.
    package var limit: Int

    package init(limit: Int = 100) {
        self.limit = limit
    }

    /// A snapshot of a Service and its surroundings.
    package struct Observation: Sendable {
        package var service: ServiceView
        /// Those that the selector matches, in a stable order.
        package var pods: [PodView]
        /// The Nodes of these Pods, by name.
        package var nodes: [String: NodeView]
        /// Slices with the labels of this Service and of this controller that are not being deleted, in a stable order.
        package var slices: [Slice]
        /// Slices of this Service that another manager has taken over, with the endpoints in them.
        package var surrendered: [Slice] = []

        package init(service: ServiceView, pods: [PodView], nodes: [String: NodeView], slices: [Slice]) {
            self.service = service
            self.pods = pods
            self.nodes = nodes
            self.slices = slices
        }
    }

    /// The writes, and the state to remember.
    package struct Outcome: Sendable {
        package var changes = SliceChanges()
        /// Hints by zone allocated for `topology-mode: Auto`, for each family that has any.
        package var allocatedHints: [IPFamily: [String: Int]] = [:]
        /// Pods omitted because their Node is unknown.
        package var podsWithoutNode: [PodView] = []
    }

    /// `capacity`: the distribution of the Nodes' CPUs over zones; `nil` if insufficiently known. `triggerTime`: the
    /// time of the triggering change, for the annotation; RFC 3339 or `nil`.
    package func outcome(
        _ observed: Observation, capacity: ZoneCapacity?, triggerTime: String?
    ) -> Outcome {
        var outcome = Outcome()
        let families = observed.service.ipFamilies
        for slice in observed.slices where !families.contains(where: { $0.description == slice.addressType }) {
            outcome.changes.delete.append(slice)
        }
        for family in families { reconcile(family, observed, capacity, &outcome) }
        if observed.service.isBeingDeleted { outcome.changes.create = [] }
        outcome.changes.setTriggerTime(triggerTime)
        return outcome
    }

    private func reconcile(
        _ family: IPFamily, _ observed: Observation, _ capacity: ZoneCapacity?, _ outcome: inout Outcome
    ) {
        let service = observed.service
        let existing = observed.slices.filter { $0.addressType == family.description }
        var changes = SliceChanges()
        var byPorts: [Set<SlicePort>: [Slice]] = [:]
        for slice in existing {
            if slice.isOwned(by: service) {
                byPorts[Set(slice.ports), default: []].append(slice)
            } else {
                changes.delete.append(slice)
            }
        }
        let surrendered = observed.surrendered.filter { $0.addressType == family.description }
        for var group in desired(family, observed, &outcome.podsWithoutNode) {
            for slice in surrendered where Set(slice.ports) == Set(group.ports) {
                for endpoint in slice.endpoints { group.endpoints.remove(endpoint) }
            }
            let packing = SlicePacking(
                service: service, limit: limit, empty: Slice(for: service, family, ports: group.ports))
            let slices = byPorts.removeValue(forKey: Set(group.ports)) ?? []
            changes.append(packing.changes(to: slices, for: group.endpoints))
        }
        changes.delete += existing.filter { byPorts[Set($0.ports)] != nil && $0.isOwned(by: service) }
        if surrendered.isEmpty { addPlaceholder(service, family, existing: existing, &changes) }
        setHints(service, family, existing: existing, capacity, &changes, &outcome)
        changes.reuse {
            $0.isOwned(by: service)
        } _: { new, old in
            var new = new
            new.metadata["name"] = old.metadata["name"]
            new.metadata["resourceVersion"] = old.metadata["resourceVersion"]
            new.metadata["uid"] = old.metadata["uid"]
            return new
        }
        outcome.changes.append(changes)
    }

    /// A Service without endpoints keeps one empty slice, which shows that it has been processed.
    private func addPlaceholder(
        _ service: ServiceView, _ family: IPFamily, existing: [Slice], _ changes: inout SliceChanges
    ) {
        guard changes.delete.count == existing.count, changes.create.isEmpty else { return }
        let placeholder = Slice(for: service, family, ports: [])
        if existing.count == 1, let only = existing.first, only.isEquivalent(toPlaceholder: placeholder) {
            changes.delete = []
        } else {
            changes.create.append(placeholder)
        }
    }

    private func setHints(
        _ service: ServiceView, _ family: IPFamily, existing: [Slice], _ capacity: ZoneCapacity?,
        _ changes: inout SliceChanges, _ outcome: inout Outcome
    ) {
        let touched = Set((changes.update + changes.delete).map(\.name))
        let unchanged = existing.filter { !touched.contains($0.name) }
        if service.wantsTopologyHints {
            var hints = TopologyHints(changes: changes, unchanged: unchanged)
            outcome.allocatedHints[family] = hints.allocate(capacity)
            changes = hints.changes
        } else {
            TrafficDistribution.setHints(service.trafficDistribution, &changes, unchanged: unchanged)
        }
    }
}

extension Slice {
    /// An empty slice of `service` to create.
    init(for service: ServiceView, _ family: IPFamily, ports: [SlicePort]) {
        let owner = OwnerReference(
            apiVersion: "v1", kind: "Service", name: service.name.name, uid: service.uid, controller: true,
            blockOwnerDeletion: true)
        self.init(
            metadata: [
                "generateName": .string(SliceLabels.namePrefix(service.name.name)),
                "namespace": .string(service.name.namespace), "ownerReferences": [owner.json],
            ], addressType: family.description, ports: ports)
        labels = SliceLabels.labels(for: service)
    }

    func isOwned(by service: ServiceView) -> Bool {
        owners.contains { $0.uid == service.uid && $0.kind == "Service" && $0.apiVersion == "v1" }
    }

    fileprivate func isEquivalent(toPlaceholder other: Slice) -> Bool {
        endpoints.isEmpty && ports.isEmpty && addressType == other.addressType && labels == other.labels
    }
}

extension SliceChanges {
    /// Sets or removes the trigger time in each slice that is written.
    mutating func setTriggerTime(_ time: String?) {
        for index in create.indices { create[index].annotations[SliceLabels.triggerTime] = time }
        for index in update.indices { update[index].annotations[SliceLabels.triggerTime] = time }
    }
}
