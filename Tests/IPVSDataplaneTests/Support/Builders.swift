import Dataplane
import IPSet
import IPTables
import IPVS
import InternetAddresses
import KubernetesAPI
import ServiceRouting

@testable import IPVSDataplane

extension IPVSConfiguration {
    /// As the clusters were recorded.
    static let recorded: IPVSConfiguration = {
        let networks = ["10.244.0.0/16", "fd00:10:244::/48"].compactMap { IPNetwork($0) }
        return IPVSConfiguration(
            dataplane: DataplaneConfiguration(localTraffic: .networks(networks)), usesStrictARP: true)
    }()
}

extension DesiredState {
    /// A state for these routes under the default scheduler.
    static func holding(_ routes: [ServicePortRoute], ownAddresses: Set<IPAddress> = []) -> DesiredState {
        let context = RouteContext(scheduler: .roundRobin, ownAddresses: ownAddresses)
        var state = DesiredState(context: context)
        state.replace(routes, context: context)
        return state
    }

    /// The state as the tools would print it.
    func listing(_ configuration: IPVSConfiguration = .recorded) -> String {
        var lines: [String] = []
        for plan in plans(inOrderOf: routes.keys.sorted()) {
            let server = plan.server
            let transport = ["tcp": "-t", "udp": "-u", "sctp": "--sctp-service"][server.key.transport.lowercased] ?? ""
            let key = server.key.description.split(separator: " ")[1]
            let persistence = server.persistence.map { " -p \($0)" } ?? ""
            lines.append("-A \(transport) \(key) -s \(server.scheduler)\(persistence)")
            for backend in plan.backends {
                lines.append("-a \(transport) \(key) -r \(backend) -m -w 1")
            }
        }
        for set in SetID.all {
            let header = set.header
            let family = header.family == .ipv4 ? "inet" : "inet6"
            lines.append(
                "create \(header.name) \(header.kind.rawValue) "
                    + (header.kind.isHash
                        ? "family \(family) hashsize 1024 maxelem \(header.maximum)" : "range 0-65535"))
            for entry in entries(of: set) { lines.append("add \(header.name) \(entry)") }
        }
        let bound = addresses.map { "\($0)/\($0.family.addressBits)" }
        lines.append("kube-ipvs0 DOWN \(bound.joined(separator: " "))")
        for family in IPFamily.allCases {
            if family == .ipv6 { lines.append("# ip6tables-save -t nat") }
            let rules = FixedRules(for: self, in: RuleContext(configuration, family: family))
            for table in [Table.nat, .filter] {
                lines.append("*\(table.rawValue)")
                // Each jump is inserted at the top of its chain.
                lines += IPVSChains.jumps.filter { $0.table == table }.reversed().map(\.rule)
                lines += rules.rules[table] ?? []
            }
        }
        return lines.joined(separator: "\n")
    }
}

/// A literal address; an invalid one fails the test.
func ip(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }

func key(_ name: String, _ transport: TransportProtocol = .tcp, _ family: IPFamily = .ipv4) -> RouteKey {
    let service = NamespacedName(namespace: "default", name: name)
    return RouteKey(name: ServicePortName(service: service, transport: transport), family: family)
}

func backends(_ texts: String...) -> [Backend] {
    texts.map { Backend(address: ip($0), port: 8080, isLocal: $0.hasPrefix("10.244.0.")) }.sorted()
}

/// A route with one clusterIP.
func route(
    _ name: String, _ address: String = "10.96.0.1", _ transport: TransportProtocol = .tcp, to backends: [Backend],
    serving: [Backend] = [], affinity: UInt32? = nil, scheduler: String? = nil
) -> ServicePortRoute {
    ServicePortRoute(
        key: key(name, transport), frontends: [Frontend(kind: .clusterIP, address: ip(address), port: 80)],
        clusterBackends: backends, servingBackends: serving, affinityTimeout: affinity, ipvsScheduler: scheduler)
}

func server(_ address: String = "10.96.0.1", _ transport: TransportProtocol = .tcp, port: UInt16 = 80)
    -> VirtualServer.Key
{
    VirtualServer.Key(transport: transport, address: ip(address), port: port)
}

func real(_ address: String) -> RealServer.Key { RealServer.Key(address: ip(address), port: 8080) }

func change(_ old: ServicePortRoute?, _ new: ServicePortRoute?) -> [RoutingChange.Entry] {
    [(new ?? old)?.key].compactMap(\.self).map { RoutingChange.Entry(key: $0, old: old, new: new) }
}
