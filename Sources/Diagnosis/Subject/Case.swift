package import InternetAddresses
package import KubernetesAPI
package import ServiceRouting

/// One question, with the relevant objects and decisions.
package struct Case: Sendable {
    package let question: Question
    let objects: ClusterObjects
    let table: RoutingTable
    let nodeName: String
    /// The subject of the question; `nil` if no Service matches.
    package let service: Service?
    /// The ports that it is about.
    let ports: [ServicePort]
    /// Why the question has no answer, or only an unexpected one.
    let mismatch: Finding?
    /// The routes of the ports.
    package let routes: [ServicePortRoute]
    let passages: [Passage]

    /// `machine` are the addresses of this node.
    package init(
        _ question: Question, _ objects: ClusterObjects, _ table: RoutingTable, nodeName: String,
        machine: [IPAddress], localTraffic: LocalNetworks
    ) {
        self.question = question
        self.objects = objects
        self.table = table
        self.nodeName = nodeName
        let match = ServiceMatch(question, objects, machine: machine)
        service = match.service
        ports = match.ports
        mismatch = match.mismatch
        var routes: [ServicePortRoute] = []
        if let service = match.service {
            let name = service.metadata.namespacedName
            for port in match.ports {
                for family in IPFamily.allCases {
                    let key = RouteKey(
                        name: ServicePortName(service: name, port: port.name, transport: port.transport),
                        family: family)
                    if let route = table.route(for: key) { routes.append(route) }
                }
            }
        }
        self.routes = routes
        let own = objects.nodes.first { $0.name == nodeName }?.primaryAddresses ?? []
        let clients = Self.clients(question.origin, machine: machine, node: own, localTraffic)
        var passages: [Passage] = []
        for route in routes {
            for frontend in route.frontends where match.concerns(frontend, machine: machine) {
                for client in clients where client.address.map({ $0.family == route.key.family }) ?? true {
                    // A clusterIP treats all clients alike.
                    if frontend.kind == .clusterIP, question.origin == nil, client.side == .outside { continue }
                    passages.append(
                        Passage(
                            route: route, frontend: frontend, side: client.side, isFromNode: client.isNode,
                            client: client.address))
                }
            }
        }
        self.passages = passages
    }

    /// The backends that connections of the question may be sent to, each once.
    package var backends: [BackendKey] {
        var seen: Set<BackendKey> = []
        return passages.flatMap { passage in
            passage.backends.map { BackendKey($0, passage.route.key.name.transport) }
        }.filter { seen.insert($0).inserted }
    }

    /// A frontend that represents all of the question, preferably of a cluster IP.
    package var tracedFrontend: BackendKey? {
        let passage = passages.first { $0.frontend.kind == .clusterIP } ?? passages.first
        return passage.flatMap { passage in
            passage.frontend.address.map {
                BackendKey(address: $0, port: passage.frontend.port, transport: passage.route.key.name.transport)
            }
        }
    }

    /// The addresses and ports of a headless Service's endpoints.
    package var headlessBackends: [BackendKey] {
        guard let service, service.isHeadless else { return [] }
        return objects.slices(of: service.metadata.namespacedName).flatMap { slice in
            slice.endpoints.filter { $0.conditions.contains(.ready) }.flatMap { endpoint in
                slice.ports.compactMap { port in
                    port.port.map { BackendKey(address: endpoint.address, port: $0, transport: port.transport) }
                }
            }
        }
    }

    package var families: Set<IPFamily> { Set(routes.map(\.key.family)) }

    private typealias Client = (side: Passage.Side, isNode: Bool, address: IPAddress?)

    private static func clients(
        _ origin: Question.Origin?, machine: [IPAddress], node: [IPAddress], _ local: LocalNetworks
    ) -> [Client] {
        switch origin {
        case nil: [(.inside, false, nil), (.outside, false, nil)]
        case .pod: [(.inside, false, nil)]
        // The kernel chooses the address of the outgoing interface, which is nearly always the Node's.
        case .node: node.isEmpty ? [(.inside, true, nil)] : node.map { (.inside, true, $0) }
        case .outside: [(.outside, false, nil)]
        case .address(let address):
            if machine.contains(address) || address.isLoopback {
                [(.inside, true, address)]
            } else {
                [(local.contains(address) ? .inside : .outside, false, address)]
            }
        }
    }
}

/// Which addresses are pods', for the purposes of a diagnosis.
package struct LocalNetworks: Sendable, Hashable {
    package var networks: [IPNetwork]

    package init(_ networks: [IPNetwork]) { self.networks = networks }

    func contains(_ address: IPAddress) -> Bool { networks.contains { $0.contains(address) } }
}
