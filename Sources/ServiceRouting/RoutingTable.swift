package import InternetAddresses
package import KubernetesAPI

/// The Services of the cluster as this node routes them, kept up to date one object at a time.
///
/// A plain value: it does not consult the clock, the kernel or the network. The cost of a change to one object depends
/// on the object's Service, never on the number of other Services; only Services that claim the same frontend are
/// recomputed when its owner changes. Its state depends solely on the last value of each object and the machine's
/// addresses, not on the order of arrival.
package struct RoutingTable: Sendable {
    private let configuration: RoutingConfiguration
    private var context: RoutingContext
    private var machineAddresses: [IPAddress] = []
    private var entries: [NamespacedName: ServiceEntry] = [:]
    /// The name of the Service that each slice is kept with: its label may change, and a removal has only its name. By
    /// namespace, then by the slice's name.
    private var sliceOwners: [String: [String: String]] = [:]
    private var claims = FrontendClaims()
    /// Whether the initial state has been complete, and so all Services are decided.
    private var isDecided = false
    /// The cluster IP networks of each ServiceCIDR, by name.
    private var serviceRanges: [String: [IPNetwork]] = [:]
    /// Everything that a data plane must program, starting with the Services that everything else in a
    /// cluster needs to start.
    package var snapshot: RoutingSnapshot {
        var routes: [ServicePortRoute] = []
        routes.reserveCapacity(routeCount)
        for service in Self.critical { routes += entries[service]?.routes ?? [] }
        for (service, entry) in entries where !Self.critical.contains(service) { routes += entry.routes }
        return RoutingSnapshot(routes: routes, nodePorts: nodePorts, serviceNetworks: serviceNetworks)
    }

    private static let critical = [
        NamespacedName(namespace: "default", name: "kubernetes"),
        NamespacedName(namespace: "kube-system", name: "kube-dns"),
    ]

    /// How many ``routes`` there are.
    package private(set) var routeCount = 0

    /// An empty table. `machineAddresses` are as in ``apply(_:machineAddresses:)``.
    package init(configuration: RoutingConfiguration, machineAddresses: [IPAddress] = []) {
        self.configuration = configuration
        self.machineAddresses = machineAddresses
        context = RoutingContext(
            node: RoutingNode(name: configuration.nodeName),
            nodePorts: configuration.nodePorts.addresses(primary: [], machine: machineAddresses),
            masqueradesAll: configuration.masqueradesAll)
    }

    /// Where node ports are open.
    package var nodePorts: NodePortAddresses { context.nodePorts }

    /// The networks of the cluster's Services, sorted; empty if the API server has no ServiceCIDRs.
    package private(set) var serviceNetworks: [IPNetwork] = []

    /// Whether the Node's addresses are known.
    package var knowsNodeAddresses: Bool { !context.node.primaryAddresses.isEmpty }

    /// All routes, in no order.
    package var routes: some Collection<ServicePortRoute> { entries.values.lazy.flatMap(\.routes) }

    /// All unfulfilled requests of Services, in no order.
    package var problems: some Collection<RoutingProblem> { entries.values.lazy.flatMap(\.problems) }

    package func route(for key: RouteKey) -> ServicePortRoute? {
        entries[key.name.service]?.routes.first { $0.key == key }
    }

    /// The decision on each endpoint of the Service, slice by slice; empty for a route that does not exist.
    package func endpointDecisions(for key: RouteKey) -> [EndpointDecision] {
        guard let entry = entries[key.name.service],
            let request = entry.service?.requests.first(where: { $0.key == key })
        else { return [] }
        let slices = entry.slices.sorted { $0.name < $1.name }
        return EndpointDecision.all(
            for: request.port, family: key.family, in: slices, of: key.name.service.namespace, on: context.node)
    }

    /// Applies changes to objects and returns the resulting changes to routes.
    ///
    /// `machineAddresses` are all addresses that the machine has now; `nil` if they have not changed. The entries are
    /// those of routes that differ, by key. A problem is reported once, when it arises.
    ///
    /// Until the initial state `isComplete`, a Service is not decided before a slice of it has arrived: nearly every
    /// Service is then decided once.
    package mutating func apply(
        _ changes: some Sequence<ObjectChange>, machineAddresses: [IPAddress]? = nil, isComplete: Bool = true
    ) -> RoutingChange {
        let before = context
        var touched: Set<NamespacedName> = []
        for change in changes { take(change, touched: &touched) }
        if let machineAddresses { self.machineAddresses = machineAddresses }
        context.nodePorts = configuration.nodePorts.addresses(
            primary: context.node.primaryAddresses, machine: self.machineAddresses)
        touch(since: before, &touched)
        if isComplete, !isDecided {
            isDecided = true
            for (name, entry) in entries where entry.routes.isEmpty { touched.insert(name) }
        }

        var change = RoutingChange()
        if context.nodePorts != before.nodePorts { change.nodePorts = context.nodePorts }
        change.serviceNetworks = updateServiceNetworks()
        for name in touched.sorted() { decide(name, into: &change) }
        return change
    }

    /// Returns the networks if they have changed.
    private mutating func updateServiceNetworks() -> [IPNetwork]? {
        let networks = Set(serviceRanges.values.joined()).sorted {
            ($0.address, $0.prefixLength) < ($1.address, $1.prefixLength)
        }
        guard networks != serviceNetworks else { return nil }
        serviceNetworks = networks
        return networks
    }

    /// Adds the Services that depend on the node, if it has changed, which happens a few times in its life.
    private func touch(since before: RoutingContext, _ touched: inout Set<NamespacedName>) {
        // Hints of any endpoint may name the zone.
        if context.node.zone != before.node.zone { return touched.formUnion(entries.keys) }
        guard
            context.nodePorts != before.nodePorts || context.node.primaryAddresses != before.node.primaryAddresses
        else { return }
        for (name, entry) in entries where entry.service?.dependsOnNodeAddresses == true { touched.insert(name) }
    }

    private mutating func take(_ change: ObjectChange, touched: inout Set<NamespacedName>) {
        switch change {
        case .set(.service(let service)): replace(service.metadata.namespacedName, with: service, touched: &touched)
        case .set(.endpointSlice(let slice)): place(slice, touched: &touched)
        case .set(.node(let node)): if node.name == context.node.name { context.node = RoutingNode(node) }
        case .set(.serviceCIDR(let range)): serviceRanges[range.metadata.name] = range.networks
        case .set(.namespace), .set(.pod): break
        case .removed(let key):
            switch key.kind {
            case .service: replace(key.name, with: nil, touched: &touched)
            case .endpointSlice: removeSlice(key.name, touched: &touched)
            case .serviceCIDR: serviceRanges[key.name.name] = nil
            // The machine still runs and has clients, although its Node is gone.
            case .node, .namespace, .pod: break
            }
        }
    }

    private mutating func replace(
        _ name: NamespacedName, with service: Service?, touched: inout Set<NamespacedName>
    ) {
        let old = entries[name]?.service
        guard old != nil || service != nil else { return }
        let (oldClaims, newClaims) = (old?.claims ?? [], service?.claims ?? [])
        claims.replace(oldClaims, with: newClaims, touched: &touched)
        if oldClaims != newClaims { touchNodePorts(beside: oldClaims + newClaims, &touched) }
        entries[name, default: ServiceEntry()].service = service
        touched.insert(name)
    }

    /// A node port is not open on an address that a Service claims as its own.
    private func touchNodePorts(beside claims: [FrontendClaim], _ touched: inout Set<NamespacedName>) {
        for claim in claims {
            guard case .address(let address, let port, let transport) = claim.spot,
                context.nodePorts.contains(address),
                let owner = self.claims.owner(of: .nodePort(port, address.family, transport))
            else { continue }
            touched.insert(owner.service)
        }
    }

    private mutating func place(_ slice: EndpointSlice, touched: inout Set<NamespacedName>) {
        let name = slice.metadata.namespacedName
        let routed = RoutedSlice(slice)
        let owner = routed == nil ? nil : slice.service
        if sliceOwners[name.namespace]?[name.name] != owner?.name { removeSlice(name, touched: &touched) }
        guard let owner, let routed else { return }
        sliceOwners[name.namespace, default: [:]][name.name] = owner.name
        entries[owner, default: ServiceEntry()].place(routed)
        touched.insert(owner)
    }

    private mutating func removeSlice(_ name: NamespacedName, touched: inout Set<NamespacedName>) {
        guard let ownerName = sliceOwners[name.namespace]?.removeValue(forKey: name.name) else { return }
        if sliceOwners[name.namespace]?.isEmpty == true { sliceOwners[name.namespace] = nil }
        let owner = NamespacedName(namespace: name.namespace, name: ownerName)
        entries[owner]?.removeSlice(named: name.name)
        touched.insert(owner)
    }

    /// Recomputes one Service.
    private mutating func decide(_ name: NamespacedName, into change: inout RoutingChange) {
        guard let index = entries.index(forKey: name) else { return }
        let entry = entries.values[index]
        if !isDecided, entry.service == nil || entry.slices.isEmpty, entry.routes.isEmpty { return }
        let new =
            entry.service.map { ServiceRoutes(of: $0, slices: entry.slices, in: context, claims: claims) }
            ?? ServiceRoutes()
        change.append(from: entry.routes, to: new.routes)
        change.problems += new.problems.filter { !entry.problems.contains($0) }
        routeCount += new.routes.count - entry.routes.count
        if entry.isEmpty {
            entries.remove(at: index)
        } else {
            entries.values[index].decided = new
        }
    }
}

extension Service {
    /// Whether the node's addresses matter to its routes: for node ports, and for source ranges that may admit the
    /// node.
    fileprivate var dependsOnNodeAddresses: Bool { kind == .nodePort || kind == .loadBalancer }
}
