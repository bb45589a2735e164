import BlockingThreads
import Dataplane
import Foundation
import IPVS
import IPVSDataplane
import InternetAddresses
import KubernetesAPI
import KubernetesTestKit
import LabKit
import ServiceRouting

/// A namespace with ipvs mode in it, and the tools' output there.
struct Node {
    let namespace: NetworkNamespace
    let dataplane: IPVSDataplane

    /// A new node, with the addresses of the recorded clusters' node n1.
    init(_ configuration: IPVSConfiguration = .recorded) async throws {
        let namespace = try await NetworkNamespace(name: "n1")
        try await namespace.ip(
            "link set lo up", "link add eth0 type dummy", "addr add 172.30.0.2/24 dev eth0",
            "addr add fd00:172:30::2/64 dev eth0 nodad", "link set eth0 up")
        try self.init(in: namespace, configuration)
    }

    /// The mode on an existing node.
    init(in namespace: NetworkNamespace, _ configuration: IPVSConfiguration = .recorded) throws {
        self.namespace = namespace
        dataplane = try IPVSDataplane(configuration: configuration, executor: NamespaceExecutor(namespace))
    }

    /// Simulates another process on the same node.
    func restarted(_ configuration: IPVSConfiguration = .recorded) throws -> Node {
        try Node(in: namespace, configuration)
    }

    @discardableResult
    func synchronize(_ routes: ServicePortRoute...) async throws -> ProgrammingReport { try await synchronize(routes) }

    @discardableResult
    func synchronize(_ routes: [ServicePortRoute]) async throws -> ProgrammingReport {
        try await dataplane.synchronize(RoutingSnapshot(routes: routes))
    }

    @discardableResult
    func change(_ old: ServicePortRoute?, to new: ServicePortRoute?) async throws -> ProgrammingReport {
        guard let key = (new ?? old)?.key else { return ProgrammingReport() }
        return try await dataplane.apply(
            RoutingChange(entries: [RoutingChange.Entry(key: key, old: old, new: new)]))
    }

    /// Everything that kube-proxy's users inspect.
    func listing() async throws -> RecordedIPVS {
        RecordedIPVS(
            try await sh(
                """
                ipvsadm -S -n; ipset save; ip -brief address show kube-ipvs0
                iptables-nft-save -t nat; iptables-nft-save -t filter
                echo '# ip6tables-save -t nat'; ip6tables-nft-save -t nat
                """))
    }

    /// The kernel reports more than ten in parts, and may leave some out while other tests change theirs, in their own
    /// namespaces. So what is listed twice in a row counts.
    func servers() async throws -> [String] {
        var last: [String]?
        while true {
            let listed = try await sh("ipvsadm -S -n").split(separator: "\n")
                .map { $0.trimmingCharacters(in: .whitespaces) }
            if listed == last || listed.count(where: { $0.hasPrefix("-A") }) <= 10 { return listed }
            last = listed
        }
    }

    @discardableResult
    func sh(_ script: String) async throws -> String { try await namespace.run("sh", "-c", script) }
}

extension IPVSConfiguration {
    /// As the clusters were recorded.
    static let recorded: IPVSConfiguration = {
        let networks = ["10.244.0.0/16", "fd00:10:244::/48"].compactMap { IPNetwork($0) }
        return IPVSConfiguration(
            dataplane: DataplaneConfiguration(localTraffic: .networks(networks)), usesStrictARP: true)
    }()

    static func recorded(_ change: (inout IPVSConfiguration) -> Void) -> IPVSConfiguration {
        var configuration = recorded
        change(&configuration)
        return configuration
    }
}

extension NetworkNamespace {
    /// Another thread in the namespace, which may block while the first one works.
    func makeThread() throws -> ThreadExecutor { try ThreadExecutor(name: "cleanup") }
}

/// A literal address; an invalid one fails the test.
func ip(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }

func backends(_ texts: String...) -> [Backend] {
    texts.map { Backend(address: ip($0), port: 8080, isLocal: $0.hasPrefix("10.244.0.")) }.sorted()
}

/// A route with the clusterIP 10.96.0.1:80, or another address.
func route(
    _ name: String = "web", _ address: String = "10.96.0.1", _ transport: TransportProtocol = .tcp,
    to backends: [Backend], serving: [Backend] = [], affinity: UInt32? = nil, scheduler: String? = nil
) -> ServicePortRoute {
    let service = NamespacedName(namespace: "default", name: name)
    let key = RouteKey(name: ServicePortName(service: service, transport: transport), family: ip(address).family)
    return ServicePortRoute(
        key: key, frontends: [Frontend(kind: .clusterIP, address: ip(address), port: 80)],
        clusterBackends: backends, servingBackends: serving, affinityTimeout: affinity, ipvsScheduler: scheduler)
}

/// Repairs are asynchronous: waits for one for at most this long.
func repaired(_ node: Node, within limit: Duration = .patience) async throws -> RepairReport? {
    try await withThrowingTaskGroup(of: RepairReport?.self) { group in
        group.addTask { try await node.dataplane.repair() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        let report = try await group.next()
        group.cancelAll()
        return report.flatMap(\.self)
    }
}
