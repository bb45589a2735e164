import IPTables
import InternetAddresses
import ServiceRouting

/// The chains that a route needs, and where each kind of traffic goes: the basis of all its rules.
struct RoutePlan {
    let route: ServicePortRoute
    /// `namespace/name:port`, as in comments.
    let name: String
    let transport: String
    let clusterChain: String
    let localChain: String
    let externalChain: String
    let firewallChain: String
    /// In the order of the rules: by text, as in kube-proxy.
    let clusterEndpoints: [EndpointChain]
    let localEndpoints: [EndpointChain]
    /// Both, each once.
    let endpoints: [EndpointChain]

    init(_ route: ServicePortRoute) {
        self.route = route
        let portName = route.key.name
        name = portName.description
        transport = portName.transport.lowercased
        clusterChain = ChainName.cluster(portName)
        localChain = ChainName.local(portName)
        externalChain = ChainName.external(portName)
        firewallChain = ChainName.firewall(portName)
        let chains = { (backends: [Backend]) in
            backends.map { EndpointChain($0, of: portName) }.sorted { $0.text < $1.text }
        }
        let cluster = route.uses(.clusterBackends) ? chains(route.clusterBackends) : []
        let local = route.uses(.localBackends) ? chains(route.localBackends) : []
        clusterEndpoints = cluster
        localEndpoints = local
        let others = local.filter { endpoint in !cluster.contains { $0.text == endpoint.text } }
        endpoints = others.isEmpty ? cluster : (cluster + others).sorted { $0.text < $1.text }
    }

    var clusterIP: Frontend? { route.frontends.first { $0.kind == .clusterIP } }
    /// All external frontends of a route are treated alike, except for source ranges.
    var external: Frontend? { route.frontends.first { $0.kind.isExternal } }
    /// Even without an endpoint for clients outside: pods and the node itself may use other nodes' endpoints.
    var usesExternalChain: Bool { external?.inside.isServed == true }
    var usesFirewallChain: Bool { usesExternalChain && route.frontends.contains { $0.admission != .everyone } }
    var loadBalancerChain: String { usesFirewallChain ? firewallChain : externalChain }

    /// Where connections go; `nil` if none are carried.
    func chain(of destination: Destination) -> String? {
        switch destination {
        case .clusterBackends: clusterChain
        case .localBackends: localChain
        case .refuse, .drop: nil
        }
    }
}

/// An endpoint of a route, and the chain that leads to it.
struct EndpointChain {
    let backend: Backend
    /// `address:port`.
    let text: String
    let name: String

    init(_ backend: Backend, of portName: ServicePortName) {
        self.backend = backend
        text = backend.description
        name = ChainName.endpoint(portName, text)
    }
}

extension ServicePortRoute {
    /// An upper bound of the endpoints with a chain: one that policy Cluster excludes by hints may count twice.
    var endpointEstimate: Int { max(clusterBackends.count, localBackends.count) }
}
