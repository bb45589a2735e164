import IPSet
import IPVS
import InternetAddresses
import ServiceRouting

/// The inputs for translating routes, apart from the routes.
struct RouteContext: Sendable, Hashable {
    var scheduler: Scheduler
    /// Schedulers that the kernel lacks; Services that name one get the default.
    var missingSchedulers: Set<String> = []
    /// The node's addresses on interfaces other than ours. A Service with one of these does not bind it to ours.
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

/// The kernel state that one route needs.
struct RouteProgram: Sendable {
    var servers: [ServerPlan] = []
    var entries: [(set: SetID, entry: SetEntry)] = []
    /// Addresses of our interface.
    var addresses: [IPAddress] = []
    /// Entries that keep the node itself from load balancers whose source ranges do not admit it.
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

/// A virtual server and its destinations.
struct ServerPlan: Sendable {
    var server: VirtualServer
    var route: RouteKey
    /// Sorted, each once.
    var backends: [Backend]
    /// UDP only: flows to these are kept. Sorted.
    var serving: [Backend]

    /// Whether connections to a removed backend may continue.
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
    /// The destination of its virtual server, which clients inside and outside share: if clients outside have no
    /// destination, those inside still get theirs.
    fileprivate var served: Destination { outside.isServed ? outside : inside }
}

extension ServicePortRoute {
    /// Backends on this node, which may connect to themselves through the Service. Each once.
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
    /// Equivalent networks that a set can hold: all addresses become two halves.
    fileprivate var withoutEverything: [IPNetwork] {
        guard prefixLength == 0 else { return [self] }
        let upper: IPAddress =
            family == .ipv4 ? IPAddress(ipv4: 1 << 31) : IPAddress(ipv6High: 1 << 63, low: 0)
        return [address, upper].compactMap { IPNetwork(containing: $0, prefixLength: 1) }
    }
}
