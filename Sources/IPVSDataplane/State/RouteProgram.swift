import IPSet
import IPVS
import InternetAddresses
import ServiceRouting

/// All that routes are translated with: what is not theirs.
struct RouteContext: Sendable, Hashable {
    var scheduler: Scheduler
    /// Schedulers that the kernel lacks; Services that name one get the default.
    var missingSchedulers: Set<String> = []
    /// The node's addresses on other interfaces than ours. A Service that has one of these does not bind it to ours.
    var ownAddresses: Set<IPAddress> = []
}

extension RouteContext {
    func scheduler(of route: ServicePortRoute) -> Scheduler {
        guard let option = route.ipvsScheduler, let own = Scheduler(option: option),
            !missingSchedulers.contains(own.name)
        else { return scheduler }
        return own
    }
}

/// What the kernel has to hold for one route.
struct RouteProgram: Sendable {
    var servers: [ServerPlan] = []
    var entries: [(set: SetID, entry: SetEntry)] = []
    /// Addresses of our interface.
    var addresses: [IPAddress] = []
    /// Rules that keep the node itself from load balancers whose source ranges do not admit it.
    var nodeBarriers: [NodeBarrier] = []

    init() {}

    init(_ route: ServicePortRoute, in context: RouteContext) {
        let transport = route.key.name.transport
        let family = route.key.family
        let scheduler = context.scheduler(of: route)
        for frontend in route.frontends {
            // In this mode node ports are resolved to addresses.
            guard let address = frontend.address else { continue }
            let key = VirtualServer.Key(transport: transport, address: address, port: frontend.port)
            servers.append(
                ServerPlan(
                    server: VirtualServer(key: key, scheduler: scheduler, persistence: route.affinityTimeout),
                    route: route.key, backends: route.backends(of: frontend.served),
                    serving: route.servingBackends))
            addEntries(of: frontend, at: address, of: route)
            guard frontend.kind != .nodePort else { continue }
            if frontend.kind == .clusterIP || !context.ownAddresses.contains(address) {
                addresses.append(address)
                entries.append((SetID(.ipvsIPs, family), .address(address)))
            }
        }
        for backend in route.ownBackends {
            let entry = SetEntry.addressPortAddress(backend.address, transport, backend.port, backend.address)
            entries.append((SetID(.loopBack, family), entry))
        }
        if let port = route.healthCheckNodePort { entries.append((SetID(.healthCheckNodePort, family), .port(port))) }
    }

    private mutating func addEntries(of frontend: Frontend, at address: IPAddress, of route: ServicePortRoute) {
        let transport = route.key.name.transport
        let family = route.key.family
        let spot = SetEntry.addressPort(address, transport, frontend.port)
        let isMasqueraded = frontend.masquerade == .everyone
        switch frontend.kind {
        case .clusterIP: entries.append((SetID(.clusterIP, family), spot))
        case .externalIP:
            entries.append((SetID(isMasqueraded ? .externalIP : .externalIPLocal, family), spot))
        case .loadBalancer: break
        case .nodePort:
            let entry: SetEntry = transport == .sctp ? spot : .port(frontend.port)
            entries.append((SetID(.nodePort(transport), family), entry))
            if !isMasqueraded { entries.append((SetID(.nodePortLocal(transport), family), entry)) }
        }
        guard frontend.kind == .loadBalancer || frontend.isAlsoLoadBalancer else { return }
        entries.append((SetID(.loadBalancer, family), spot))
        if !isMasqueraded { entries.append((SetID(.loadBalancerLocal, family), spot)) }
        guard frontend.admission != .everyone else { return }
        entries.append((SetID(.loadBalancerFirewall, family), spot))
        for network in route.sourceRanges.flatMap(\.withoutEverything) {
            let entry = SetEntry.addressPortNetwork(address, transport, frontend.port, network)
            entries.append((SetID(.loadBalancerSourceCIDR, family), entry))
        }
        if frontend.admission == .sourceRangesAndItself {
            let entry = SetEntry.addressPortAddress(address, transport, frontend.port, address)
            entries.append((SetID(.loadBalancerSourceIP, family), entry))
        } else {
            nodeBarriers.append(NodeBarrier(address: address, transport: transport, port: frontend.port))
        }
    }
}

/// A virtual server and where it leads.
struct ServerPlan: Sendable {
    var server: VirtualServer
    var route: RouteKey
    /// Sorted, each once.
    var backends: [Backend]
    /// UDP only: flows to these are not cut. Sorted.
    var serving: [Backend]

    /// Whether connections to a backend that is no longer wanted may go on.
    func keepsConnections(to backend: RealServer.Key) -> Bool {
        guard server.key.transport == .udp else { return true }
        return serving.contains { $0.address == backend.address && $0.port == backend.port }
    }
}

/// A load balancer's address that the node itself must not reach.
struct NodeBarrier: Sendable, Hashable, Comparable {
    var address: IPAddress
    var transport: TransportProtocol
    var port: UInt16

    static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.address, lhs.port, lhs.transport) < (rhs.address, rhs.port, rhs.transport)
    }
}

extension Frontend {
    /// Where its virtual server leads. There is one for clients from inside and outside: where those from outside would
    /// get nothing, those from inside still get what is theirs.
    fileprivate var served: Destination { outside.isServed ? outside : inside }
}

extension ServicePortRoute {
    /// Backends on this node, which may reach themselves through the Service. Each once.
    fileprivate var ownBackends: Set<Backend> {
        Set((clusterBackends + localBackends).lazy.filter(\.isLocal))
    }
}

extension SetName {
    fileprivate static func nodePort(_ transport: TransportProtocol) -> SetName {
        switch transport {
        case .tcp: .nodePortTCP
        case .udp: .nodePortUDP
        case .sctp: .nodePortSCTP
        }
    }

    fileprivate static func nodePortLocal(_ transport: TransportProtocol) -> SetName {
        switch transport {
        case .tcp: .nodePortLocalTCP
        case .udp: .nodePortLocalUDP
        case .sctp: .nodePortLocalSCTP
        }
    }
}

extension IPNetwork {
    /// Networks that a set can hold and that are the same together: all addresses are two halves.
    fileprivate var withoutEverything: [IPNetwork] {
        guard prefixLength == 0 else { return [self] }
        let upper: IPAddress =
            family == .ipv4 ? IPAddress(ipv4: 1 << 31) : IPAddress(ipv6High: 1 << 63, low: 0)
        return [address, upper].compactMap { IPNetwork(containing: $0, prefixLength: 1) }
    }
}
