package import InternetAddresses

/// An EndpointSlice (`discovery.k8s.io/v1`), defaulted and valid.
///
/// See https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/.
package struct EndpointSlice: Sendable, Hashable {
    /// `addressType`.
    package enum AddressType: String, Sendable, Hashable, CaseIterable {
        case ipv4 = "IPv4"
        case ipv6 = "IPv6"
        /// Deprecated; no endpoint of such a slice can be programmed.
        case fqdn = "FQDN"
    }

    package var metadata: ObjectMeta
    package var addressType: AddressType
    package var endpoints: [Endpoint]
    package var ports: [EndpointPort]
    /// The endpoints of a slice whose address type is FQDN: names, which only DNS can use.
    package var hostNames: [EndpointHostName] = []
    /// The time of the pod or Service change that caused the slice's last write, in milliseconds since 1970; 0 if
    /// unknown (``WellKnown/lastChangeTrigger``).
    package var lastChangeTrigger: Int64 = 0
    /// Values that were left out.
    package var refusals: [FieldRefusal] = []

    package init(
        metadata: ObjectMeta, addressType: AddressType, endpoints: [Endpoint] = [], ports: [EndpointPort] = []
    ) {
        self.metadata = metadata
        self.addressType = addressType
        self.endpoints = endpoints
        self.ports = ports
    }

    /// The Service that the slice belongs to, from its label; `nil` if none.
    package var service: NamespacedName? {
        metadata.labels[WellKnown.serviceName].map { NamespacedName(namespace: metadata.namespace, name: $0) }
    }
}

/// One endpoint of a slice. A node may hold a million of them, so it takes 32 bytes.
package struct Endpoint: Sendable, Hashable {
    /// The conditions, defaults applied: a missing `ready` means ready, a missing `serving` means serving.
    package struct Conditions: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let ready = Conditions(rawValue: 1)
        package static let serving = Conditions(rawValue: 2)
        package static let terminating = Conditions(rawValue: 4)
    }

    /// The first of `addresses`; the others are interchangeable with it and kube-proxy uses none of them either.
    package var address: IPAddress
    package var conditions: Conditions
    package var placement: Placement

    package init(address: IPAddress, conditions: Conditions, placement: Placement) {
        self.address = address
        self.conditions = conditions
        self.placement = placement
    }

    /// An endpoint with a placement of its own.
    package init(
        address: IPAddress, conditions: Conditions = [.ready, .serving], nodeName: String = "", zone: String = "",
        zoneHints: [String] = [], nodeHints: [String] = [], hostname: String = ""
    ) {
        self.init(
            address: address, conditions: conditions,
            placement: Placement(
                nodeName: nodeName, zone: zone, zoneHints: zoneHints, nodeHints: nodeHints, hostname: hostname))
    }

    /// Empty if the endpoint names no node.
    package var nodeName: String { placement.nodeName }
    /// Empty if the endpoint names no zone.
    package var zone: String { placement.zone }
    /// `hints.forZones[].name`
    package var zoneHints: [String] { placement.zoneHints }
    /// `hints.forNodes[].name`
    package var nodeHints: [String] { placement.nodeHints }
    /// The endpoint's name below its Service's; empty if it has none.
    package var hostname: String { placement.hostname }
}

/// One endpoint of a slice whose address type is FQDN.
package struct EndpointHostName: Sendable, Hashable {
    /// The first of `addresses`.
    package var name: String
    package var conditions: Endpoint.Conditions
    /// Empty if the endpoint has none.
    package var hostname: String

    package init(name: String, conditions: Endpoint.Conditions = [.ready, .serving], hostname: String = "") {
        self.name = name
        self.conditions = conditions
        self.hostname = hostname
    }
}

/// One entry of a slice's `ports`: where the endpoints listen for the Service port of the same name.
package struct EndpointPort: Sendable, Hashable {
    package var name: String
    package var transport: TransportProtocol
    /// `nil` means all ports, which a Service cannot use.
    package var port: UInt16?

    package init(name: String = "", transport: TransportProtocol = .tcp, port: UInt16?) {
        self.name = name
        self.transport = transport
        self.port = port
    }
}
