package import KubernetesAPI

/// The writes for one Service.
package struct EndpointsDecision: Sendable {
    package var slices = SliceChanges()
    /// Endpoints to create, or to update if they have a resource version.
    package var endpoints: ClassicEndpoints?
    /// Endpoints to delete.
    package var obsoleteEndpoints: ClassicEndpoints?
    /// Pods omitted from slices because their Node is unknown; they are added once it is known.
    package var podsWithoutNode: [NamespacedName] = []

    package init() {}

    package var isEmpty: Bool { slices.isEmpty && endpoints == nil && obsoleteEndpoints == nil }
}

extension EndpointsCluster {
    /// The writes that bring everything of the name `name` up to date.
    package mutating func decide(_ name: NamespacedName) -> EndpointsDecision {
        var decision = EndpointsDecision()
        let service = services[name]
        if let service, service.hasEndpointsFromPods {
            decidePods(service, &decision)
        } else if service == nil, orphans.contains(name) {
            decision.obsoleteEndpoints = endpoints[name]
            if endpoints[name] == nil { orphans.remove(name) }
        }
        let mirrored = slices(of: name, by: SliceLabels.mirroringController)
        if !mirrored.isEmpty || endpoints[name] != nil {
            decision.slices.append(
                MirroringReconciliation(limit: limits.mirroredPerSubset)
                    .changes(endpoints[name], service: service, slices: mirrored))
        }
        return decision
    }

    private mutating func decidePods(_ service: ServiceView, _ decision: inout EndpointsDecision) {
        let namespace = service.name.namespace
        let pods = index.pods(of: service.name).compactMap {
            self.pods[NamespacedName(namespace: namespace, name: $0)]
        }
        let triggerTime = triggerTimes[service.name, default: TriggerTimes()].take(service, pods: pods)
        decision.endpoints = EndpointsReconciliation.change(
            service, pods: pods, existing: endpoints[service.name], triggerTime: triggerTime)
        var nodes: [String: NodeView] = [:]
        for pod in pods where nodes[pod.nodeName] == nil { nodes[pod.nodeName] = self.nodes[pod.nodeName] }
        var observed = SliceReconciliation.Observation(
            service: service, pods: pods, nodes: nodes,
            slices: slices(of: service.name, by: SliceLabels.controller))
        observed.surrendered = slices(of: service.name).filter { isSurrendered($0) }
        let outcome = SliceReconciliation(limit: limits.endpointsPerSlice).outcome(
            observed,
            capacity: service.wantsTopologyHints ? topology.capacity(self.nodes.values) : nil,
            triggerTime: triggerTime)
        decision.slices = outcome.changes
        topology.set(service.name, outcome.allocatedHints)
        decision.podsWithoutNode = outcome.podsWithoutNode.map(\.name)
        for pod in outcome.podsWithoutNode where !pod.nodeName.isEmpty {
            waitingForNode[pod.nodeName, default: []].insert(service.name)
        }
    }

    private func slices(of service: NamespacedName, by manager: String) -> [Slice] {
        slices(of: service).filter { $0.manager == manager }
    }

    private func slices(of service: NamespacedName) -> [Slice] {
        (slicesByService[service] ?? []).sorted().compactMap {
            slices[NamespacedName(namespace: service.namespace, name: $0)]
        }.filter { !$0.isBeingDeleted }
    }

    /// Whether a slice of a Service now has another manager. It keeps its endpoints: a second slice
    /// would duplicate them.
    func isSurrendered(_ slice: Slice) -> Bool {
        guard slice.manager != SliceLabels.controller, let service = slice.service else { return false }
        return services[service].map(slice.isOwned) ?? false
    }
}

extension EndpointsCluster {
    /// Applies a slice from the API server's answer to a write.
    package mutating func wrote(_ slice: Slice) {
        let name = NamespacedName(namespace: slice.namespace, name: slice.name)
        let before = slices[name]
        slices.wrote(slice, name)
        file(name, before, slices[name])
    }

    /// Records that a slice was deleted, or no longer existed.
    package mutating func wroteDeletion(of slice: Slice) {
        let name = NamespacedName(namespace: slice.namespace, name: slice.name)
        let before = slices[name]
        slices.wroteDeletion(of: name)
        file(name, before, nil)
    }

    /// Applies Endpoints from the API server's answer to a write.
    package mutating func wrote(_ object: ClassicEndpoints) { endpoints.wrote(object, object.name) }

    /// Records that Endpoints were deleted, or no longer existed.
    package mutating func wroteDeletion(of object: ClassicEndpoints) { endpoints.wroteDeletion(of: object.name) }
}
