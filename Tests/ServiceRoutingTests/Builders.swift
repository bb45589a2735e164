import InternetAddresses
import KubernetesAPI
import ServiceRouting

/// The tests' cluster: node `n1` in zone `z1`; objects in namespace `default`.
let nodeName = "n1"

/// A literal address; invalid ones become the unspecified address and fail the test.
func ip(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }

func service(
    _ name: String, kind: Service.Kind = .clusterIP, ips: [String] = ["10.96.0.1"],
    ports: [ServicePort] = [ServicePort(port: 80)], externalIPs: [String] = [], ingress: [Service.Ingress] = [],
    sourceRanges: [String] = [], internalPolicy: Service.TrafficPolicy = .cluster,
    externalPolicy: Service.TrafficPolicy = .cluster, affinity: UInt32? = nil, created: Int64 = 0,
    labels: Labels = [:]
) -> Service {
    Service(
        metadata: ObjectMeta(namespace: "default", name: name, creationTime: created, labels: labels), kind: kind,
        clusterIPs: ips.map(ip), ports: ports, externalIPs: externalIPs.map(ip), loadBalancerIngress: ingress,
        loadBalancerSourceRanges: sourceRanges.compactMap { IPNetwork($0) }, internalTrafficPolicy: internalPolicy,
        externalTrafficPolicy: externalPolicy, affinityTimeout: affinity)
}

func slice(
    _ name: String, of service: String?, type: EndpointSlice.AddressType = .ipv4,
    ports: [EndpointPort] = [EndpointPort(port: 8080)], labels: Labels = [:], _ endpoints: Endpoint...
) -> EndpointSlice {
    var labels = labels
    labels[WellKnown.serviceName] = service
    return EndpointSlice(
        metadata: ObjectMeta(namespace: "default", name: name, labels: labels), addressType: type,
        endpoints: endpoints, ports: ports)
}

func endpoint(
    _ address: String, _ conditions: Endpoint.Conditions = [.ready, .serving], on node: String = "n2",
    zones: [String] = [], nodes: [String] = []
) -> Endpoint {
    Endpoint(address: ip(address), conditions: conditions, nodeName: node, zoneHints: zones, nodeHints: nodes)
}

func node(
    _ name: String = nodeName, zone: String? = "z1", internalIPs: [String] = [], externalIPs: [String] = []
) -> Node {
    var metadata = ObjectMeta(namespace: "", name: name)
    metadata.labels[WellKnown.zone] = zone
    return Node(metadata: metadata, internalIPs: internalIPs.map(ip), externalIPs: externalIPs.map(ip))
}

func key(_ service: String, _ port: String = "", _ family: IPFamily = .ipv4) -> RouteKey {
    let name = NamespacedName(namespace: "default", name: service)
    return RouteKey(name: ServicePortName(service: name, port: port), family: family)
}

extension Endpoint.Conditions {
    /// It is terminating, but still serves.
    static let draining: Self = [.serving, .terminating]
}

extension RoutingTable {
    mutating func set(_ services: Service...) -> RoutingChange { apply(services.map { .set(.service($0)) }) }
    mutating func set(_ slices: EndpointSlice...) -> RoutingChange { apply(slices.map { .set(.endpointSlice($0)) }) }
    mutating func set(_ node: Node) -> RoutingChange { apply([.set(.node(node))]) }

    mutating func remove(_ kind: ObjectKind, _ name: String) -> RoutingChange {
        let name = NamespacedName(namespace: kind == .node ? "" : "default", name: name)
        return apply([.removed(ObjectKey(kind: kind, name: name))])
    }

    /// An empty table of node `n1`.
    init() { self.init(configuration: RoutingConfiguration(nodeName: nodeName)) }

    /// The table after these objects.
    init(_ services: [Service], _ slices: [EndpointSlice] = [], node own: Node = node()) {
        self.init()
        let objects = services.map(KubernetesObject.service) + slices.map(KubernetesObject.endpointSlice)
        _ = apply((objects + [.node(own)]).map(ObjectChange.set))
    }

    /// The addresses of a Service port's frontends, as text.
    func frontends(_ service: String, _ family: IPFamily = .ipv4) -> [String]? {
        route(for: key(service, "", family))?.frontends.map(\.description)
    }
}

extension ServicePortRoute {
    var cluster: [String] { clusterBackends.map(\.description) }
    var local: [String] { localBackends.map(\.description) }

    /// Whether its clients are refused because no endpoint could serve them.
    var isRefused: Bool { frontends.allSatisfy { $0.inside == .refuse && $0.outside == .refuse } }

    /// The first frontend of a kind.
    func frontend(_ kind: Frontend.Kind) -> Frontend? { frontends.first { $0.kind == kind } }

    /// Where connections from outside to a frontend of a kind may be sent, as text.
    func outside(_ kind: Frontend.Kind) -> [String]? {
        frontend(kind).map { backends(of: $0.outside).map(\.description) }
    }
}
