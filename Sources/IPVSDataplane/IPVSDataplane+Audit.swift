import CLinux
package import Dataplane
import IPSet
import IPTables
import IPVS
import InternetAddresses
import Netlink
import Routes
package import ServiceRouting

extension IPVSDataplane {
    /// Compares the virtual servers, sets and addresses that this mode or kube-proxy's ipvs mode has programmed with a
    /// snapshot. Changes nothing.
    package static func audit(
        _ snapshot: RoutingSnapshot, _ configuration: IPVSConfiguration, executor: (any SerialExecutor)? = nil
    ) async throws(DataplaneError) -> KernelAudit {
        try await IPVSDataplane(configuration: configuration, executor: executor).compare(snapshot, configuration)
    }

    private func compare(
        _ snapshot: RoutingSnapshot, _ configuration: IPVSConfiguration
    ) throws(DataplaneError) -> KernelAudit {
        var kernel = KernelState()
        var others: Set<IPAddress> = []
        var servers: [InspectedFrontend] = []
        do throws(NetlinkError) {
            var routes = RoutesConnection(try NetlinkSocket(family: NETLINK_ROUTE))
            let device = try routes.link(named: DeviceWriter.name)?.index
            for address in try routes.addresses() {
                if address.linkIndex == device {
                    kernel.addresses.insert(address.address)
                } else {
                    others.insert(address.address)
                }
            }
            var sets = IPSetConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
            for id in SetID.all {
                if let set = try sets.set(named: id.kernelName) { kernel.sets[id] = Set(set.entries) }
            }
            var connection = try IPVSConnection(try NetlinkSocket(family: NETLINK_GENERIC))
            for server in try connection.virtualServers() where !configuration.excludes(server.key) {
                let real = try connection.realServers(of: server.key).filter { $0.server.weight > 0 }
                servers.append(InspectedFrontend(server.key, to: real.map(\.server.key)))
            }
        } catch {
            throw DataplaneError(error, "read back the virtual servers")
        }
        let context = RouteContext(scheduler: configuration.scheduler, ownAddresses: others)
        return KernelAudit(snapshot, kernel, servers, in: context)
    }
}

extension InspectedFrontend {
    /// A virtual server without real servers refuses all connections.
    init(_ key: VirtualServer.Key, to servers: [RealServer.Key]) {
        let destination: Destination =
            servers.isEmpty ? .refuse : .backends(Set(servers.map { Backend(address: $0.address, port: $0.port) }))
        self.init(
            Place(address: key.address, family: key.address.family, port: key.port, transport: key.transport),
            inside: destination, outside: destination)
    }
}

extension KernelAudit {
    /// Compares the desired virtual servers, sets and addresses with the actual ones.
    init(
        _ snapshot: RoutingSnapshot, _ kernel: KernelState, _ servers: [InspectedFrontend], in context: RouteContext
    ) {
        var found = Dictionary(servers.map { ($0.place, $0) }, uniquingKeysWith: { first, _ in first })
        var audit = KernelAudit(
            isProgrammed: !servers.isEmpty || !kernel.sets.isEmpty || !kernel.addresses.isEmpty,
            frontendCount: servers.count)
        var missingSets: Set<String> = []
        for route in snapshot.routes {
            let program = RouteProgram(route, in: context)
            var places: Set<InspectedFrontend.Place> = []
            for plan in program.servers {
                let expected = InspectedFrontend(plan.server.key, to: plan.backends.map { RealServer.Key($0) })
                places.insert(expected.place)
                let actual = found.removeValue(forKey: expected.place)
                if actual != expected {
                    audit.discrepancies.append(FrontendDiscrepancy(expected: expected, found: actual))
                }
            }
            for (set, entry) in program.entries {
                guard let held = kernel.sets[set] else {
                    missingSets.insert(set.kernelName)
                    continue
                }
                if !held.contains(entry) {
                    audit.damage.append(
                        Damage("an entry of ipset \(set.kernelName) for \(route.key.name) is missing", places: places))
                }
            }
            for address in program.addresses where !kernel.addresses.contains(address) {
                let own = places.filter { $0.address == address }
                audit.damage.append(
                    Damage("address \(address) of interface \(DeviceWriter.name) is missing", places: own))
            }
        }
        audit.damage += missingSets.sorted().map { Damage("ipset \($0)") }
        audit.discrepancies += found.values.map { FrontendDiscrepancy(expected: nil, found: $0) }
        self = audit
    }
}
