import InternetAddresses
import KubernetesAPI
import ServiceRouting
import TestKit

/// Draws random changes of routes with all features of Services: few Services, few addresses, few endpoints.
///
/// As routing does, it gives each frontend to one route; a frontend may move to another one within a change.
struct RandomRoutes {
    let family: IPFamily
    var random: SplitMix64
    private(set) var routes: [RouteKey: ServicePortRoute] = [:]
    private(set) var serviceNetworks: [IPNetwork] = []
    private var owners: [FrontendAddress: RouteKey] = [:]

    init(_ family: IPFamily, seed: UInt64) {
        self.family = family
        random = SplitMix64(seed: seed)
    }

    var snapshot: RoutingSnapshot {
        RoutingSnapshot(routes: Array(routes.values), serviceNetworks: serviceNetworks)
    }

    mutating func change() -> RoutingChange {
        var change = RoutingChange()
        if chance(10) {
            serviceNetworks = networks("10.96.0.0/12", "fd00:10:96::/112").filter { _ in chance(50) }
            change.serviceNetworks = serviceNetworks
        }
        let services = (1...6).shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random))
        let drawn = services.flatMap { service in
            ["a", "b"].filter { _ in chance(70) }.map {
                (service, key("s\(service)", family, port: $0, transport(service)))
            }
        }
        for (_, key) in drawn { owners = owners.filter { $0.value != key } }
        for (service, key) in drawn.shuffled(using: &random) {
            let old = routes[key]
            var new = chance(15) ? nil : chance(40) ? old.map { flip($0) } ?? route(key, service) : route(key, service)
            new?.frontends.removeAll { owners[place($0, key)] != nil }
            new?.trim()
            for frontend in new?.frontends ?? [] { owners[place(frontend, key)] = key }
            if new?.frontends.isEmpty == true { new = nil }
            routes[key] = new
            if old != new { change.entries.append(RoutingChange.Entry(key: key, old: old, new: new)) }
        }
        change.entries.shuffle(using: &random)
        return change
    }

    private func transport(_ service: Int) -> TransportProtocol { service == 6 ? .udp : .tcp }

    private func place(_ frontend: Frontend, _ key: RouteKey) -> FrontendAddress {
        FrontendAddress(
            kind: key.name.transport == .udp ? .nodePort : .clusterIP, address: frontend.address, port: frontend.port)
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
        if chance(50) { frontends.append(.nodePort(family.node(1), nodePort)) }
        // Addresses that others also claim.
        if chance(40) { frontends.append(.externalIP(family.external(number(1...3)), port)) }
        if chance(40) { frontends.append(.loadBalancer(family.external(service + 10), port)) }
        for index in frontends.indices { frontends[index] = treated(frontends[index]) }
        let ranges =
            family == .ipv4
            ? networks("203.0.113.0/24", "198.51.100.0/25", "198.51.100.64/26", "0.0.0.0/0", "10.0.0.1/32")
            : networks("2001:db8:1::/64", "2001:db8:1::/65", "2001:db8:2::/48", "::/0", "fd00::1/128")
        var route = ServicePortRoute(
            key: key, frontends: frontends, clusterBackends: [],
            affinityTimeout: chance(50) ? [60, 3600, 10800].randomElement(using: &random) : nil,
            sourceRanges: ranges.filter { _ in chance(35) })
        setBackends(of: &route)
        return route
    }

    /// Any treatment.
    private mutating func treated(_ frontend: Frontend) -> Frontend {
        var frontend = frontend
        frontend.inside = Destination.allCases.randomElement(using: &random) ?? .refuse
        frontend.outside = chance(60) ? frontend.inside : Destination.allCases.randomElement(using: &random) ?? .refuse
        frontend.masquerade = Masquerade.allCases.randomElement(using: &random) ?? .everyone
        frontend.admission = chance(70) ? .everyone : chance(50) ? .sourceRanges : .sourceRangesAndItself
        return frontend
    }

    /// A list that a frontend leads to is never empty.
    private mutating func setBackends(of route: inout ServicePortRoute) {
        let pods = (1...8).filter { _ in chance(50) }
        route.clusterBackends = (pods.isEmpty ? [4] : pods).map {
            Backend(address: family.pod($0), port: 8080, isLocal: $0 <= 3)
        }
        let local = (1...3).filter { _ in chance(50) } + (chance(10) ? [9] : [])
        route.localBackends = (local.isEmpty ? [1] : local).map {
            Backend(address: family.pod($0), port: 8080, isLocal: true)
        }
        route.trim()
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }
}

extension ServicePortRoute {
    /// Omits lists that no frontend leads to, as routing does.
    fileprivate mutating func trim() {
        if !uses(.clusterBackends) { clusterBackends = [] }
        if !uses(.localBackends) { localBackends = [] }
    }
}
