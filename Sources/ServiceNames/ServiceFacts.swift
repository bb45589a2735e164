package import InternetAddresses
package import KubernetesAPI

/// The properties of a Service that its names depend on.
package struct ServiceFacts: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// The Service's own addresses, one for each family.
        case cluster([IPAddress])
        case headless
        /// `spec.externalName`, as written.
        case external(String)
    }

    package var kind: Kind
    package var ports: [PortFacts]

    package init(kind: Kind, ports: [PortFacts] = []) {
        self.kind = kind
        self.ports = ports
    }
}

/// A port of a Service or of an EndpointSlice.
package struct PortFacts: Sendable, Hashable {
    /// In lower case; empty for a port without a name.
    package let name: String
    package let transport: TransportProtocol
    package let port: UInt16

    package init(name: String, transport: TransportProtocol, port: UInt16) {
        self.name = name.lowercased()
        self.transport = transport
        self.port = port
    }
}

/// The properties of an EndpointSlice that names depend on: its ready endpoints and its ports.
package struct SliceFacts: Sendable, Hashable {
    package enum Address: Sendable, Hashable {
        case address(IPAddress)
        /// An endpoint of a slice with the deprecated address type FQDN.
        case name(String)
    }

    package struct Endpoint: Sendable, Hashable {
        package let address: Address
        /// In lower case; empty for an endpoint without one.
        package let hostname: String

        package init(address: Address, hostname: String = "") {
            self.address = address
            self.hostname = hostname.lowercased()
        }
    }

    package var ports: [PortFacts]
    /// Only ready ones.
    package var endpoints: [Endpoint]

    package init(ports: [PortFacts] = [], endpoints: [Endpoint] = []) {
        self.ports = ports
        self.endpoints = endpoints
    }
}

/// A change to something that names depend on.
package enum NameChange: Sendable, Hashable {
    /// `nil` for a Service that is gone.
    case service(NamespacedName, ServiceFacts?)
    /// The slice's own name and its Service; `nil` for a slice that is gone or belongs to none.
    case slice(NamespacedName, service: NamespacedName?, SliceFacts?)
    case namespace(String, exists: Bool)
    /// A Pod's addresses; none for a Pod that is gone, has ended, or has none yet.
    case pod(NamespacedName, [IPAddress])
}
