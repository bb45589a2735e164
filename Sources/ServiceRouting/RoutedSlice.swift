import KubernetesAPI

/// What routing keeps of an EndpointSlice, with its Service: a node holds those of the whole cluster.
struct RoutedSlice: Sendable, Hashable {
    /// Its name within the Service's namespace.
    var name: String
    var addressType: EndpointSlice.AddressType
    var endpoints: [Endpoint]
    var ports: [EndpointPort]

    /// `nil` for addresses that are names, and for the slices of a headless Service.
    init?(_ slice: EndpointSlice) {
        guard slice.addressType.family != nil, slice.metadata.labels[WellKnown.headless] == nil else { return nil }
        name = slice.metadata.name
        addressType = slice.addressType
        endpoints = slice.endpoints
        ports = slice.ports
    }

    /// Where the slice's endpoints listen for a Service port; `nil` if they do not.
    func number(of port: ServicePort) -> UInt16? {
        let match = ports.first { $0.name == port.name && $0.transport == port.transport }
        return match?.port
    }
}
