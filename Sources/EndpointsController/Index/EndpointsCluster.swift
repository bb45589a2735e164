package import KubernetesAPI
package import KubernetesObjects

/// Everything in a cluster that endpoints depend on, and the Services affected by each change.
///
/// A plain value without I/O: changes go in, and affected Services come out; for each of them ``decide(_:)`` says what
/// to write; writes are applied at once, because a watch reports them only later.
package struct EndpointsCluster: Sendable {
    package struct Limits: Sendable, Hashable {
        /// The maximum number of endpoints in a slice.
        package var endpointsPerSlice = 100
        /// The maximum number of mirrored addresses per subset of Endpoints.
        package var mirroredPerSubset = 1000

        package init() {}
    }

    /// The followed kinds of object.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case service = "services"
        case pod = "pods"
        case node = "nodes"
        case slice = "endpointslices"
        case endpoints
    }

    /// A change from a watch or a list.
    package enum Change: Sendable {
        case service(ServiceView)
        case pod(PodView)
        case node(NodeView)
        case slice(Slice)
        case endpoints(ClassicEndpoints)
        /// `version`: the resource version of the deletion, or of the list without the object; `nil` if unknown.
        case removed(Kind, NamespacedName, version: String?)

        /// Reads an object of `kind`.
        package init(_ kind: Kind, _ document: Document) {
            switch kind {
            case .service: self = .service(ServiceView(document))
            case .pod: self = .pod(PodView(document))
            case .node: self = .node(NodeView(document))
            case .slice: self = .slice(Slice(document))
            case .endpoints: self = .endpoints(ClassicEndpoints(document))
            }
        }
    }

    let limits: Limits
    var services: [NamespacedName: ServiceView] = [:]
    var pods: [NamespacedName: PodView] = [:]
    var nodes: [String: NodeView] = [:]
    var index = SelectorIndex()
    var slices = VersionedObjects<Slice>()
    var slicesByService: [NamespacedName: Set<String>] = [:]
    var endpoints = VersionedObjects<ClassicEndpoints>()
    /// Services deleted during the watch, whose Endpoints must be deleted too.
    var orphans: Set<NamespacedName> = []
    var triggerTimes: [NamespacedName: TriggerTimes] = [:]
    var topology = TopologyLedger()
    /// Services that omitted a Pod because its Node was unknown, by the Node's name.
    var waitingForNode: [String: Set<NamespacedName>] = [:]

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Applies a change.
    ///
    /// - Returns: The affected names of Services, and of Endpoints and slices without one.
    package mutating func apply(_ change: Change) -> Set<NamespacedName> {
        switch change {
        case .service(let service): return set(service)
        case .pod(let pod): return set(pod)
        case .node(let node): return set(node.name, node)
        case .slice(let slice):
            let name = NamespacedName(namespace: slice.namespace, name: slice.name)
            return slices.told(slice, name).map { changed(name, $0.before, slice) } ?? []
        case .endpoints(let object):
            return endpoints.told(object, object.name) == nil ? [] : [object.name]
        case .removed(let kind, let name, let version): return remove(kind, name, version)
        }
    }

    /// The names of all objects of a kind, to find those that a new list no longer has.
    package func names(of kind: Kind) -> [NamespacedName] {
        switch kind {
        case .service: Array(services.keys)
        case .pod: Array(pods.keys)
        case .node: nodes.keys.map { NamespacedName(namespace: "", name: $0) }
        case .slice: Array(slices.names)
        case .endpoints: Array(endpoints.names)
        }
    }

    private mutating func set(_ service: ServiceView) -> Set<NamespacedName> {
        guard services.updateValue(service, forKey: service.name) != service else { return [] }
        orphans.remove(service.name)
        index.setService(service.name, selector: service.isExternalName ? [:] : service.selector)
        return [service.name]
    }

    private mutating func set(_ pod: PodView) -> Set<NamespacedName> {
        guard pods.updateValue(pod, forKey: pod.name) != pod else { return [] }
        return moved(pod.name, pod.labels)
    }

    /// - Returns: the Services that selected the Pod before or select it now.
    private mutating func moved(_ pod: NamespacedName, _ labels: [String: String]?) -> Set<NamespacedName> {
        let before = index.services(of: pod)
        index.setPod(pod, labels: labels)
        return Set(
            before.union(index.services(of: pod)).map { NamespacedName(namespace: pod.namespace, name: $0) })
    }

    /// `node`: `nil` if the Node is gone.
    private mutating func set(_ name: String, _ node: NodeView?) -> Set<NamespacedName> {
        let before = nodes[name]
        guard before != node else { return [] }
        nodes[name] = node
        topology.forgetCapacity()
        var concerned = topology.overloadedServices(nodes.values)
        if before == nil { concerned.formUnion(waitingForNode.removeValue(forKey: name) ?? []) }
        return concerned
    }

    private mutating func changed(
        _ name: NamespacedName, _ before: Slice?, _ after: Slice?
    ) -> Set<NamespacedName> {
        file(name, before, after)
        let ours = [SliceLabels.controller, SliceLabels.mirroringController]
        // Slices of other controllers are ignored, unless they were ours.
        return Set(
            [before, after].compactMap { $0 }.filter { ours.contains($0.manager ?? "") || isSurrendered($0) }
                .compactMap(\.service))
    }

    mutating func file(_ name: NamespacedName, _ before: Slice?, _ after: Slice?) {
        if let service = before?.service, service != after?.service {
            slicesByService[service]?.remove(name.name)
            if slicesByService[service]?.isEmpty == true { slicesByService[service] = nil }
        }
        if let service = after?.service { slicesByService[service, default: []].insert(name.name) }
    }

    private mutating func remove(
        _ kind: Kind, _ name: NamespacedName, _ version: String?
    ) -> Set<NamespacedName> {
        switch kind {
        case .service:
            guard services.removeValue(forKey: name) != nil else { return [] }
            index.setService(name, selector: [:])
            triggerTimes[name] = nil
            topology.set(name, [:])
            orphans.insert(name)
            return [name]
        case .pod:
            guard pods.removeValue(forKey: name) != nil else { return [] }
            return moved(name, nil)
        case .node: return set(name.name, nil)
        case .slice:
            return slices.toldRemoved(name, at: version).map { changed(name, $0.before, nil) } ?? []
        case .endpoints: return endpoints.toldRemoved(name, at: version) == nil ? [] : [name]
        }
    }
}
