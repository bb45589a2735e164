package import InternetAddresses
package import KubernetesAPI

/// The Services of the cluster as this node routes them, kept up to date one object at a time.
///
/// A plain value: it asks neither the time nor the kernel nor the network. What a change of one object costs depends on
/// the Service that the object belongs to, never on how many other Services there are; Services that ask for the same
/// frontend share the cost of a change of its owner. Its state depends on the last value of each object alone, not on
/// the order in which they came.
package struct RoutingTable: Sendable {
    /// One Service, what belongs to it, and what has been decided.
    private struct Entry: Sendable {
        /// `nil` while only slices have arrived.
        var service: Service?
        /// By name.
        var slices: [String: EndpointSlice] = [:]
        var decided = ServiceRoutes()
    }

    private var node: RoutingNode
    private var entries: [NamespacedName: Entry] = [:]
    /// Where each slice is kept: its label may change, and a removal tells only its name.
    private var sliceOwners: [NamespacedName: NamespacedName] = [:]
    private var claims = FrontendClaims()
    /// How many ``routes`` there are.
    package private(set) var routeCount = 0

    /// An empty table for the node of this name.
    package init(nodeName: String) {
        node = RoutingNode(name: nodeName)
    }

    /// The node's own addresses for node ports (`primary`), IPv4 first; empty until the Node has been seen.
    package var nodeAddresses: [IPAddress] { node.primaryAddresses }

    /// All routes, in no order.
    package var routes: some Collection<ServicePortRoute> { entries.values.lazy.flatMap(\.decided.routes) }

    /// All that Services ask for in vain, in no order.
    package var problems: some Collection<RoutingProblem> { entries.values.lazy.flatMap(\.decided.problems) }

    package func route(for key: RouteKey) -> ServicePortRoute? {
        entries[key.name.service]?.decided.routes.first { $0.key == key }
    }

    /// Takes in what happened to some objects and tells what this changes for connections.
    ///
    /// The entries are those of routes that differ, by key. A problem is told once, when it arises.
    package mutating func apply(_ changes: some Sequence<ObjectChange>) -> RoutingChange {
        let before = node
        var touched: Set<NamespacedName> = []
        for change in changes { take(change, touched: &touched) }
        // Hints of any endpoint may name the zone. A node moves to another zone once in its life, if at all.
        if node.zone != before.zone { touched.formUnion(entries.keys) }

        var change = RoutingChange()
        if node.primaryAddresses != before.primaryAddresses { change.nodeAddresses = node.primaryAddresses }
        for name in touched.sorted() { decide(name, into: &change) }
        return change
    }

    private mutating func take(_ change: ObjectChange, touched: inout Set<NamespacedName>) {
        switch change {
        case .set(.service(let service)): replace(service.metadata.namespacedName, with: service, touched: &touched)
        case .set(.endpointSlice(let slice)): place(slice, touched: &touched)
        case .set(.node(let node)): if node.name == self.node.name { self.node = RoutingNode(node) }
        case .removed(let key):
            switch key.kind {
            case .service: replace(key.name, with: nil, touched: &touched)
            case .endpointSlice: removeSlice(key.name, touched: &touched)
            // The machine still stands and its clients still come, although the cluster has forgotten it.
            case .node: break
            }
        }
    }

    private mutating func replace(
        _ name: NamespacedName, with service: Service?, touched: inout Set<NamespacedName>
    ) {
        let old = entries[name]?.service
        guard old != nil || service != nil else { return }
        claims.replace(old?.claims ?? [], with: service?.claims ?? [], touched: &touched)
        entries[name, default: Entry()].service = service
        touched.insert(name)
    }

    private mutating func place(_ slice: EndpointSlice, touched: inout Set<NamespacedName>) {
        let name = slice.metadata.namespacedName
        let owner = slice.isRouted ? slice.service : nil
        if sliceOwners[name] != owner { removeSlice(name, touched: &touched) }
        guard let owner else { return }
        sliceOwners[name] = owner
        entries[owner, default: Entry()].slices[name.name] = slice
        touched.insert(owner)
    }

    private mutating func removeSlice(_ name: NamespacedName, touched: inout Set<NamespacedName>) {
        guard let owner = sliceOwners.removeValue(forKey: name) else { return }
        entries[owner]?.slices[name.name] = nil
        touched.insert(owner)
    }

    /// Decides anew on one Service.
    private mutating func decide(_ name: NamespacedName, into change: inout RoutingChange) {
        guard let index = entries.index(forKey: name) else { return }
        let entry = entries.values[index]
        let old = entry.decided
        let new =
            entry.service.map { ServiceRoutes(of: $0, slices: entry.slices.values, on: node, claims: claims) }
            ?? ServiceRoutes()
        change.append(from: old.routes, to: new.routes)
        change.problems += new.problems.filter { !old.problems.contains($0) }
        routeCount += new.routes.count - old.routes.count
        if entry.service == nil, entry.slices.isEmpty {
            entries.remove(at: index)
        } else {
            entries.values[index].decided = new
        }
    }
}

extension EndpointSlice {
    /// Whether its endpoints can be programmed, for a Service that it names.
    fileprivate var isRouted: Bool {
        addressType.family != nil && metadata.labels[WellKnown.headless] == nil
    }
}
