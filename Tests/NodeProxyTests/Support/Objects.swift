import InternetAddresses
import KubernetesAPI
import ObjectSource
import ServiceRouting

func service(
    _ name: String, in namespace: String = "default", ip address: UInt32 = 0x0A60_0001,
    over transport: TransportProtocol = .tcp
) -> KubernetesObject {
    .service(
        Service(
            metadata: ObjectMeta(namespace: namespace, name: name), clusterIPs: [IPAddress(ipv4: address)],
            ports: [ServicePort(transport: transport, port: 80)]))
}

/// The slice of a Service, with this many endpoints.
func slice(_ service: String, endpoints: Int) -> KubernetesObject {
    .endpointSlice(
        EndpointSlice(
            metadata: ObjectMeta(
                namespace: "default", name: "\(service)-1", labels: ["kubernetes.io/service-name": service]),
            addressType: .ipv4, endpoints: (0..<endpoints).map { Endpoint(address: IPAddress(ipv4: UInt32($0 + 1))) },
            ports: [EndpointPort(port: 80)]))
}

func node(_ name: String, ip address: UInt32? = nil, isBeingDeleted: Bool = false, taint: String? = nil)
    -> KubernetesObject
{
    .node(
        Node(
            metadata: ObjectMeta(namespace: "", name: name, isBeingDeleted: isBeingDeleted),
            taints: taint.map { [Node.Taint(key: $0, effect: "NoSchedule")] } ?? [],
            internalIPs: address.map { [IPAddress(ipv4: $0)] } ?? []))
}

func removed(_ object: KubernetesObject) -> ObjectChange { .removed(object.key) }

extension ObjectInbox {
    func post(_ objects: KubernetesObject...) { post(objects.map(ObjectChange.set)) }

    func markAllSynchronized() {
        for kind in ObjectKind.allCases { markSynchronized(kind) }
    }
}

extension FakeDataplane.Call {
    /// `synchronize default/web` or `apply default/web`: which routes were given, in order.
    var text: String {
        switch self {
        case .prepare(let change): "prepare \(change.entries.count) routes"
        case .synchronize(let snapshot):
            (["synchronize"] + snapshot.routes.map { "\($0.key.name)" }).joined(separator: " ")
        case .apply(let change):
            (["apply"] + change.entries.map { "\($0.key.name)" }).joined(separator: " ")
        }
    }
}
