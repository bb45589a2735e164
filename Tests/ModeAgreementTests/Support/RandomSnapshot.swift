import InternetAddresses
import KubernetesAPI
import ServiceRouting
import TestKit

/// Draws small clusters in which every feature of a Service occurs.
struct RandomSnapshot {
    static let nodeName = "n1"
    var random: SplitMix64
    let family: IPFamily

    init(seed: UInt64, family: IPFamily) {
        random = SplitMix64(seed: seed)
        self.family = family
    }

    /// 10.96.0.N, 10.244.0.N and so on, or their IPv6 counterparts.
    func address(_ network: Network, _ number: Int) -> IPAddress {
        switch family {
        case .ipv4: IPAddress(ipv4: network.ipv4 + UInt32(number))
        case .ipv6: IPAddress(ipv6High: network.ipv6, low: UInt64(number))
        }
    }

    enum Network {
        case services
        case localPods
        case remotePods
        case node
        case external
        case clients

        var ipv4: UInt32 {
            switch self {
            case .services: 0x0A60_0000
            case .localPods: 0x0AF4_0000
            case .remotePods: 0x0AF4_0100
            case .node: 0xAC1E_0000
            case .external: 0xC000_0200
            case .clients: 0xC633_6400
            }
        }

        var ipv6: UInt64 {
            switch self {
            case .services: 0xFD00_0010_0096_0000
            case .localPods: 0xFD00_0010_0244_0000
            case .remotePods: 0xFD00_0010_0244_0001
            case .node: 0xFD00_0172_0030_0000
            case .external: 0x2001_0DB8_0000_0000
            case .clients: 0x2001_0DB8_0000_0064
            }
        }
    }

    mutating func table() -> RoutingTable {
        var table = RoutingTable(
            configuration: RoutingConfiguration(nodeName: Self.nodeName, masqueradesAll: chance(10)))
        var changes: [ObjectChange] = []
        var node = Node(metadata: ObjectMeta(namespace: "", name: Self.nodeName))
        node.internalIPs = [address(.node, 2)]
        changes.append(.set(.node(node)))
        for number in 1...4 {
            let service = service(number)
            changes.append(.set(.service(service)))
            changes.append(.set(.endpointSlice(slice(of: service))))
        }
        _ = table.apply(changes)
        return table
    }

    private mutating func service(_ number: Int) -> Service {
        let transport: TransportProtocol = chance(30) ? .udp : .tcp
        var ports = [ServicePort(name: "a", transport: transport, port: 80, nodePort: UInt16(30000 + number * 2))]
        if chance(40) { ports.append(ServicePort(name: "b", port: 443, nodePort: UInt16(30001 + number * 2))) }
        var service = Service(
            metadata: ObjectMeta(namespace: "default", name: "s\(number)"),
            kind: pick([.clusterIP, .nodePort, .loadBalancer, .loadBalancer]),
            clusterIPs: [address(.services, number)], ports: ports)
        if chance(30) { service.externalIPs = [address(.external, Int.random(in: 1...3, using: &random))] }
        service.loadBalancerIngress = chance(70) ? [.init(address: address(.external, 10 + number))] : []
        if chance(30) {
            let length = family == .ipv4 ? 24 : 64
            let networks: [Network] = [.clients, .node, .localPods]
            service.loadBalancerSourceRanges = networks.filter { _ in chance(50) }.compactMap {
                IPNetwork(containing: address($0, 0), prefixLength: length)
            }
        }
        service.internalTrafficPolicy = chance(25) ? .local : .cluster
        service.externalTrafficPolicy = chance(40) ? .local : .cluster
        service.affinityTimeout = chance(25) ? 60 : nil
        return service
    }

    private mutating func slice(of service: Service) -> EndpointSlice {
        var metadata = ObjectMeta(namespace: "default", name: service.metadata.name + "-1")
        metadata.labels[WellKnown.serviceName] = service.metadata.name
        var endpoints: [Endpoint] = []
        for number in 1...4 where chance(45) {
            let isLocal = chance(40)
            let conditions: Endpoint.Conditions = chance(80) ? [.ready, .serving] : [.serving, .terminating]
            endpoints.append(
                Endpoint(
                    address: address(isLocal ? .localPods : .remotePods, number), conditions: conditions,
                    nodeName: isLocal ? Self.nodeName : "n2"))
        }
        return EndpointSlice(
            metadata: metadata, addressType: family == .ipv4 ? .ipv4 : .ipv6, endpoints: endpoints,
            ports: service.ports.map { EndpointPort(name: $0.name, transport: $0.transport, port: 8000 + $0.port) })
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 1...100, using: &random) <= percent }
    private mutating func pick<T>(_ choices: [T]) -> T {
        choices[Int.random(in: choices.indices, using: &random)]
    }
}
