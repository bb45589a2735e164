import InternetAddresses
import KubernetesAPI
import ServiceRouting

/// Draws changes of routes with everything that a Service can ask for: few Services, few addresses, few endpoints.
struct RandomRoutes {
    let family: IPFamily
    /// Whether several Services ask for the same addresses.
    let conflicts: Bool
    var random: SplitMix64
    private(set) var routes: [RouteKey: ServicePortRoute] = [:]
    private(set) var nodeAddresses: [IPAddress] = []

    init(_ family: IPFamily, seed: UInt64, conflicts: Bool = false) {
        self.family = family
        self.conflicts = conflicts
        random = SplitMix64(state: seed)
    }

    mutating func change() -> RoutingChange {
        var change = RoutingChange()
        if chance(10) {
            let addresses = (1...3).filter { _ in chance(50) }.map { family.node($0) }
            if addresses != nodeAddresses {
                nodeAddresses = addresses
                change.nodeAddresses = addresses
            }
        }
        let services = (1...6).shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))
        for service in services {
            for port in ["a", "b"] where chance(70) { change.entries.append(contentsOf: entry(service, port)) }
        }
        change.entries.shuffle(using: &random)
        return change
    }

    private mutating func entry(_ service: Int, _ port: String) -> [RoutingChange.Entry] {
        let key = key("s\(service)", family, port: port, service == 6 ? .udp : .tcp)
        let old = routes[key]
        let new = chance(15) ? nil : chance(40) ? old.map { flip($0) } ?? route(key, service) : route(key, service)
        guard old != new else { return [] }
        routes[key] = new
        return [RoutingChange.Entry(key: key, old: old, new: new)]
    }

    /// The same route with other endpoints.
    private mutating func flip(_ route: ServicePortRoute) -> ServicePortRoute {
        var route = route
        setBackends(of: &route)
        return route
    }

    private mutating func route(_ key: RouteKey, _ service: Int) -> ServicePortRoute {
        let port: UInt16 = key.name.port == "a" ? 80 : 443
        var frontends: [Frontend] = [.clusterIP(family.service(service), port)]
        let nodePort = UInt16(30000 + service * 2) + (port == 80 ? 0 : 1)
        if chance(50) { frontends.append(.nodePort(nodePort)) }
        if chance(30) { frontends.append(.externalIP(family.external(conflicts ? number(1...3) : service), port)) }
        if chance(20), conflicts {
            // The address and the node port of somebody, perhaps of this very route.
            frontends.append(.externalIP(family.node(number(1...3)), UInt16(30000 + number(2...13))))
        }
        if chance(40) { frontends.append(.loadBalancer(family.external(service + 10), port)) }
        var route = ServicePortRoute(key: key, frontends: frontends, clusterBackends: [])
        route.internalTrafficPolicy = chance(20) ? .local : .cluster
        route.externalTrafficPolicy = chance(40) ? .local : .cluster
        route.affinityTimeout = chance(50) ? [60, 3600, 10800].randomElement(using: &random) : nil
        if chance(30) {
            route.isGuarded = true
            let ranges =
                family == .ipv4
                ? networks("203.0.113.0/24", "198.51.100.0/25", "198.51.100.64/26", "0.0.0.0/0", "10.0.0.1/32")
                : networks("2001:db8:1::/64", "2001:db8:1::/65", "2001:db8:2::/48", "::/0", "fd00::1/128")
            route.sourceRanges = ranges.filter { _ in chance(35) }
        }
        setBackends(of: &route)
        return route
    }

    private mutating func setBackends(of route: inout ServicePortRoute) {
        let pods = chance(15) ? [] : (1...8).filter { _ in chance(50) }
        let backends = pods.map { Backend(address: family.pod($0), port: 8080, isLocal: $0 <= 3) }
        route.clusterBackends = backends
        // Terminating endpoints of this node may serve although the cluster has better ones.
        let local =
            backends.filter(\.isLocal)
            + (chance(10) ? [Backend(address: family.pod(9), port: 8080, isLocal: true)] : [])
        route.localBackends = [route.internalTrafficPolicy, route.externalTrafficPolicy].contains(.local) ? local : []
        route.hasEndpoints = !backends.isEmpty || !route.localBackends.isEmpty || chance(20)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }
}
