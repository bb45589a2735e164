import InternetAddresses
import KubernetesAPI
import ServiceRouting

@testable import IPTablesDataplane

extension RouteKey {
    /// `default/<service>`
    init(_ service: String, port: String = "", family: IPFamily = .ipv4) {
        let name = NamespacedName(namespace: "default", name: service)
        self.init(name: ServicePortName(service: name, port: port), family: family)
    }
}

extension ServicePortRoute {
    /// A Service with its own clusterIP and this many endpoints.
    init(_ number: Int, endpoints: Int, affinity: UInt32? = nil) {
        let backends = (0..<endpoints).map {
            Backend(address: IPAddress(ipv4: 0x0AF4_0000 + UInt32(number * 16 + $0)), port: 8080)
        }
        self.init(
            key: RouteKey("service-\(number)"),
            frontends: [Frontend(kind: .clusterIP, address: IPAddress(ipv4: 0x0A60_0000 + UInt32(number)), port: 80)],
            clusterBackends: backends, affinityTimeout: affinity)
    }
}
