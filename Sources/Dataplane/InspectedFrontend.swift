package import InternetAddresses
package import ServiceRouting

/// A frontend as a mode reads it back from the kernel.
package struct InspectedFrontend: Sendable, Hashable {
    /// An address, port and protocol that clients use.
    package struct Place: Sendable, Hashable {
        /// `nil` for a node port that is open on every address of the node.
        package var address: IPAddress?
        package var family: IPFamily
        package var port: UInt16
        package var transport: TransportProtocol

        package init(address: IPAddress?, family: IPFamily, port: UInt16, transport: TransportProtocol) {
            self.address = address
            self.family = family
            self.port = port
            self.transport = transport
        }
    }

    /// Where connections go.
    package enum Destination: Sendable, Hashable {
        /// To one of these; `isLocal` is not read back.
        case backends(Set<Backend>)
        case refuse
        case drop
    }

    package var place: Place
    /// For connections from the node's own pods and from the node itself.
    package var inside: Destination
    /// For all others.
    package var outside: Destination

    package init(_ place: Place, inside: Destination, outside: Destination) {
        self.place = place
        self.inside = inside
        self.outside = outside
    }
}

extension InspectedFrontend {
    /// What the kernel should have for a frontend of a route.
    package init(_ frontend: Frontend, of route: ServicePortRoute) {
        func destination(_ destination: ServiceRouting.Destination) -> Destination {
            switch destination {
            case .refuse: .refuse
            case .drop: .drop
            case .clusterBackends, .localBackends:
                .backends(Set(route.backends(of: destination).map { Backend(address: $0.address, port: $0.port) }))
            }
        }
        self.init(
            Place(
                address: frontend.address, family: route.key.family, port: frontend.port,
                transport: route.key.name.transport),
            inside: destination(frontend.inside), outside: destination(frontend.outside))
    }
}

/// A frontend for which the kernel's state differs from the routing decision.
package struct FrontendDiscrepancy: Sendable, Hashable {
    /// `nil` if only the kernel has it.
    package var expected: InspectedFrontend?
    /// `nil` if the kernel does not have it.
    package var found: InspectedFrontend?

    package init(expected: InspectedFrontend?, found: InspectedFrontend?) {
        self.expected = expected
        self.found = found
    }

    /// Compares what the kernel holds with what it should.
    package static func all(_ found: [InspectedFrontend], against snapshot: RoutingSnapshot) -> [FrontendDiscrepancy] {
        var rest = Dictionary(found.map { ($0.place, $0) }, uniquingKeysWith: { first, _ in first })
        var discrepancies: [FrontendDiscrepancy] = []
        for route in snapshot.routes {
            for frontend in route.frontends {
                let expected = InspectedFrontend(frontend, of: route)
                let found = rest.removeValue(forKey: expected.place)
                if found != expected { discrepancies.append(FrontendDiscrepancy(expected: expected, found: found)) }
            }
        }
        return discrepancies + rest.values.map { FrontendDiscrepancy(expected: nil, found: $0) }
    }
}
