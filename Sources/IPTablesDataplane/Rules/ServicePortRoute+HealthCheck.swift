import ServiceRouting

extension ServicePortRoute {
    /// Where a load balancer asks for the health of the Service on this node. Routes do not tell yet.
    var healthCheckNodePort: UInt16? { nil }
}
