import InternetAddresses
import KubernetesAPI
import ServiceRouting

/// Which chains a route needs, and where each kind of traffic goes: what all of its rules are made from.
struct RoutePlan {
    let route: ServicePortRoute
    /// `namespace/name:port`, as comments have it.
    let name: String
    let transport: String
    let clusterChain: String
    let localChain: String
    let externalChain: String
    let firewallChain: String
    /// In the order in which rules name them: by text, as kube-proxy sorts.
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
        let cluster = route.usesClusterBackends ? chains(route.clusterBackends) : []
        let local = route.usesLocalBackends ? chains(route.localBackends) : []
        clusterEndpoints = cluster
        localEndpoints = local
        let others = local.filter { endpoint in !cluster.contains { $0.text == endpoint.text } }
        endpoints = others.isEmpty ? cluster : (cluster + others).sorted { $0.text < $1.text }
    }

    var hasEndpoints: Bool { route.hasEndpoints }
    var hasInternalEndpoints: Bool {
        hasEndpoints && (route.internalTrafficPolicy == .cluster || !localEndpoints.isEmpty)
    }
    var hasExternalEndpoints: Bool {
        hasEndpoints && (route.externalTrafficPolicy == .cluster || !localEndpoints.isEmpty)
    }
    /// Where connections to the clusterIP go.
    var internalChain: String { route.internalTrafficPolicy == .local ? localChain : clusterChain }
    /// Where connections from outside go in the end.
    var externalPolicyChain: String { route.externalTrafficPolicy == .local ? localChain : clusterChain }
    /// Even without an endpoint for clients outside: pods and the node itself may use other nodes' endpoints.
    var usesExternalChain: Bool { hasEndpoints && route.isExternal }
    var usesFirewallChain: Bool {
        hasEndpoints && route.isGuarded && route.frontends.contains { $0.kind == .loadBalancer }
    }
    var loadBalancerChain: String { usesFirewallChain ? firewallChain : externalChain }
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
    /// Whether clients outside the cluster have a way to it.
    var isExternal: Bool { frontends.contains { $0.kind.isExternal } }
    /// Under external policy Local too: pods and the node itself reach external addresses as under Cluster.
    var usesClusterBackends: Bool { internalTrafficPolicy == .cluster || isExternal }
    var usesLocalBackends: Bool {
        internalTrafficPolicy == .local || externalTrafficPolicy == .local && isExternal
    }
    /// How many endpoints have a chain, or more: one that policy Cluster leaves out for its hints may count twice.
    var endpointEstimate: Int { max(clusterBackends.count, localBackends.count) }
}
