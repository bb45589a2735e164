import InternetAddresses
import KubernetesAPI
import ServiceRouting

@testable import ConnectionCounters

extension RouteKey {
    /// `default/<service>`
    init(_ service: String, _ transport: TransportProtocol = .tcp, family: IPFamily = .ipv4) {
        let name = NamespacedName(namespace: "default", name: service)
        self.init(name: ServicePortName(service: name, transport: transport), family: family)
    }
}

extension ServicePortRoute {
    /// A Service at some addresses, and at a node port on all addresses if one is given.
    init(_ key: RouteKey, at addresses: String..., port: UInt16 = 80, nodePort: UInt16? = nil) {
        var frontends = addresses.map { Frontend(kind: .clusterIP, address: IPAddress($0), port: port) }
        if let nodePort { frontends.append(Frontend(kind: .nodePort, address: nil, port: nodePort)) }
        self.init(key: key, frontends: frontends, clusterBackends: [])
    }
}

extension CountedPlace {
    init(_ address: String, _ port: UInt16 = 80) {
        let ip = IPAddress(address)
        self.init(family: ip?.family ?? .ipv4, address: ip, port: port, transport: .tcp)
    }
}

extension CountedChanges {
    init(_ routes: ServicePortRoute...) { self.init(RoutingSnapshot(routes: routes)) }

    /// One added, removed or changed route.
    init(_ key: RouteKey, _ new: ServicePortRoute?) {
        self.init(RoutingChange(entries: [RoutingChange.Entry(key: key, old: nil, new: new)]))
    }
}
