import InternetAddresses
import KubernetesAPI
import NFTables
import ServiceRouting

@testable import NFTablesDataplane

/// A literal address; an invalid one fails the test.
func ip(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }

/// Literal networks; invalid ones are omitted and fail the test.
func networks(_ texts: String...) -> [IPNetwork] { texts.compactMap { IPNetwork($0) } }

extension IPFamily {
    var table: Table { Table(family: self, name: Layout.tableName) }

    /// 10.96.0.N or fd00:10:96::N (N in decimal digits up to 9)
    func service(_ number: Int) -> IPAddress { address(0x0A60_0000, 0xFD00_0010_0096_0000, number) }
    /// 10.244.0.N or fd00:10:244::N
    func pod(_ number: Int) -> IPAddress { address(0x0AF4_0000, 0xFD00_0010_0244_0000, number) }
    /// 172.30.0.N or fd00:172:30::N
    func node(_ number: Int) -> IPAddress { address(0xAC1E_0000, 0xFD00_0172_0030_0000, number) }
    /// 192.0.2.N or 2001:db8::N
    func external(_ number: Int) -> IPAddress { address(0xC000_0200, 0x2001_0DB8_0000_0000, number) }

    private func address(_ ipv4: UInt32, _ ipv6High: UInt64, _ number: Int) -> IPAddress {
        switch self {
        case .ipv4: IPAddress(ipv4: ipv4 + UInt32(number))
        case .ipv6: IPAddress(ipv6High: ipv6High, low: UInt64(number))
        }
    }
}

func key(_ name: String, _ family: IPFamily = .ipv4, port: String = "", _ transport: TransportProtocol = .tcp)
    -> RouteKey
{
    let service = NamespacedName(namespace: "default", name: name)
    return RouteKey(name: ServicePortName(service: service, port: port, transport: transport), family: family)
}

/// A route to pods by number, those of `local` on this node; its frontend is 10.96.0.1:80 unless others are given,
/// treated as routing does under these policies.
func route(
    _ name: String = "web", _ family: IPFamily = .ipv4, _ frontends: [Frontend]? = nil, pods: [Int] = [1, 2, 3],
    local: [Int] = [], internalPolicy: Service.TrafficPolicy = .cluster,
    externalPolicy: Service.TrafficPolicy = .cluster, affinity: UInt32? = nil, sources: [IPNetwork]? = nil
) -> ServicePortRoute {
    let backends = pods.map { backend($0, family, isLocal: local.contains($0)) }
    let treatment = Treatment(
        internalPolicy: internalPolicy, externalPolicy: externalPolicy, hasEndpoints: !backends.isEmpty,
        hasLocal: backends.contains(where: \.isLocal), isGuarded: sources != nil)
    return treatment.route(
        key(name, family), frontends ?? [.clusterIP(family.service(1))], backends, backends.filter(\.isLocal),
        affinity: affinity, sources: sources ?? [])
}

/// Routing's decisions on frontends, in the common cases.
struct Treatment {
    var internalPolicy: Service.TrafficPolicy = .cluster
    var externalPolicy: Service.TrafficPolicy = .cluster
    var hasEndpoints = true
    var hasLocal = true
    var isGuarded = false

    func route(
        _ key: RouteKey, _ frontends: [Frontend], _ cluster: [Backend], _ local: [Backend], affinity: UInt32?,
        sources: [IPNetwork]
    ) -> ServicePortRoute {
        var route = ServicePortRoute(
            key: key, frontends: frontends.map(treated), clusterBackends: [], affinityTimeout: affinity,
            sourceRanges: sources)
        if route.uses(.clusterBackends) { route.clusterBackends = cluster }
        if route.uses(.localBackends) { route.localBackends = local }
        return route
    }

    private func treated(_ frontend: Frontend) -> Frontend {
        var frontend = frontend
        let everywhere: Destination = hasEndpoints ? .clusterBackends : .refuse
        let here: Destination = hasLocal ? .localBackends : hasEndpoints ? .drop : .refuse
        if frontend.kind.isExternal {
            frontend.inside = everywhere
            frontend.outside = externalPolicy == .local ? here : everywhere
            frontend.masquerade = externalPolicy == .local ? .thisNode : .everyone
            if isGuarded, frontend.kind == .loadBalancer { frontend.admission = .sourceRanges }
        } else {
            frontend.inside = internalPolicy == .local ? here : everywhere
            frontend.outside = frontend.inside
            frontend.masquerade = .clientsOutsidePodNetwork
        }
        return frontend
    }
}

func backend(_ number: Int, _ family: IPFamily = .ipv4, isLocal: Bool = false) -> Backend {
    Backend(address: family.pod(number), port: 8080, isLocal: isLocal)
}

func slot(_ number: Int, _ family: IPFamily = .ipv4) -> Slot { Slot(address: family.pod(number), port: 8080) }

func frontend(_ address: IPAddress, _ port: UInt16 = 80) -> FrontendKey {
    FrontendKey(address: address, port: port, transport: .tcp)
}

extension Frontend {
    static func clusterIP(_ address: IPAddress, _ port: UInt16 = 80) -> Frontend {
        Frontend(kind: .clusterIP, address: address, port: port)
    }
    static func externalIP(_ address: IPAddress, _ port: UInt16 = 80) -> Frontend {
        Frontend(kind: .externalIP, address: address, port: port)
    }
    static func loadBalancer(_ address: IPAddress, _ port: UInt16 = 80) -> Frontend {
        Frontend(kind: .loadBalancer, address: address, port: port)
    }
    static func nodePort(_ address: IPAddress, _ port: UInt16) -> Frontend {
        Frontend(kind: .nodePort, address: address, port: port)
    }
}

extension RoutingChange {
    /// Routes that are added or changed.
    static func set(_ routes: ServicePortRoute...) -> RoutingChange {
        RoutingChange(entries: routes.map { .init(key: $0.key, old: nil, new: $0) })
    }

    static func remove(_ routes: ServicePortRoute...) -> RoutingChange {
        RoutingChange(entries: routes.map { .init(key: $0.key, old: $0, new: nil) })
    }
}
