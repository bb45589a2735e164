package import InternetAddresses

/// Everything that a data plane must program.
package struct RoutingSnapshot: Sendable, Hashable {
    /// In programming order.
    package var routes: [ServicePortRoute]
    /// Where node ports are open. Frontends carry these addresses already; this is for modes that write them once for
    /// all Services.
    package var nodePorts: NodePortAddresses
    /// The networks of the cluster's Services. An address in them that no Service has is refused.
    package var serviceNetworks: [IPNetwork]

    package init(
        routes: [ServicePortRoute] = [], nodePorts: NodePortAddresses = NodePortAddresses(),
        serviceNetworks: [IPNetwork] = []
    ) {
        self.routes = routes
        self.nodePorts = nodePorts
        self.serviceNetworks = serviceNetworks
    }
}
