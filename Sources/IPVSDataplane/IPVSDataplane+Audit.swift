import CLinux
package import Dataplane
import Glibc
import IPSet
import IPTables
import IPVS
import InternetAddresses
import Netlink
import Routes
package import ServiceRouting

extension IPVSDataplane {
    /// Compares the virtual servers, sets, addresses and rules that this mode or kube-proxy's ipvs mode has programmed
    /// with a snapshot. Changes nothing.
    ///
    /// Without a `configuration`, rules that depend on it are not compared.
    package static func audit(
        _ snapshot: RoutingSnapshot, _ scope: AuditScope, _ configuration: IPVSConfiguration?,
        executor: (any SerialExecutor)? = nil
    ) async throws(DataplaneError) -> KernelAudit {
        let settings = configuration ?? IPVSConfiguration()
        return try await IPVSDataplane(configuration: settings, executor: executor)
            .compare(snapshot, scope, configuration, settings)
    }

    private func compare(
        _ snapshot: RoutingSnapshot, _ scope: AuditScope, _ configuration: IPVSConfiguration?,
        _ settings: IPVSConfiguration
    ) throws(DataplaneError) -> KernelAudit {
        var (kernel, device, others) = try readSetsAndAddresses()
        let context = RouteContext(scheduler: settings.scheduler, ownAddresses: others)
        let programs = snapshot.routes.map { ($0.key, RouteProgram($0, in: context)) }
        let wanted = scope.isWhole ? nil : programs.flatMap { $0.1.servers.map(\.server.key) }
        kernel.servers = try readServers(wanted, settings)
        var audit = KernelAudit(programs, kernel, hasDevice: device)
        guard audit.isProgrammed else { return audit }
        var state = DesiredState(context: context)
        state.replace(snapshot.routes, context: context)
        audit.damage += try ruleDamage(state, kernel, scope, configuration)
        // Whether packets are forwarded concerns more than this mode.
        for setting in Sysctl.all(strictARP: false) where setting.name.contains("/vs/") {
            guard try !setting.isMade() else { continue }
            audit.damage.append(
                KernelAudit.Damage("setting \(setting.name.replacing("/", with: "."))=\(setting.value)"))
        }
        return audit
    }

    private func readSetsAndAddresses()
        throws(DataplaneError) -> (kernel: KernelState, hasDevice: Bool, others: Set<IPAddress>)
    {
        var kernel = KernelState()
        var others: Set<IPAddress> = []
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
            return (kernel, device != nil, others)
        } catch {
            throw DataplaneError(error, "cannot read back addresses and sets")
        }
    }

    /// The virtual servers with these keys, or all of them.
    private func readServers(
        _ keys: [VirtualServer.Key]?, _ settings: IPVSConfiguration
    ) throws(DataplaneError) -> [VirtualServer.Key: KernelState.Server] {
        do throws(NetlinkError) {
            var connection = try IPVSConnection(try NetlinkSocket(family: NETLINK_GENERIC))
            var servers: [VirtualServer.Key: KernelState.Server] = [:]
            let wanted: [VirtualServer.Key]
            if let keys { wanted = keys } else { wanted = try connection.virtualServers().map(\.key) }
            for key in wanted where !settings.excludes(key) {
                do throws(NetlinkError) {
                    let server = VirtualServer(key: key, scheduler: settings.scheduler)
                    servers[key] = KernelState.Server(server: server, realServers: try connection.realServers(of: key))
                } catch {
                    guard error.errno == ESRCH else { throw error }
                }
            }
            return servers
        } catch {
            throw DataplaneError(error, "cannot read back the virtual servers")
        }
    }

    /// What is wrong with the rules that look into the sets.
    private func ruleDamage(
        _ state: DesiredState, _ kernel: KernelState, _ scope: AuditScope, _ configuration: IPVSConfiguration?
    ) throws(DataplaneError) -> [KernelAudit.Damage] {
        try DataplaneError.wrapping { () throws(IPTablesError) in
            let programs = try IPTablesPrograms.chosen()
            let randomFully = try programs.version().map { !$0.lexicographicallyPrecedes([1, 6, 2]) } ?? true
            var damage: [KernelAudit.Damage] = []
            for family in IPFamily.allCases {
                var saved = SavedChains()
                do throws(IPTablesError) {
                    try programs.save(family: family) { saved.append($0) }
                } catch {
                    guard error.isAbsence else { throw error }
                    continue
                }
                // A proxy for one family alone writes nothing into the other's tables.
                guard !saved.isEmpty || state.routes.keys.contains(where: { $0.family == family }) else { continue }
                var filled = Set(SetName.allCases.filter { !state.isEmpty(SetID($0, family)) })
                if !scope.isWhole {
                    // What other Services need is not known here.
                    filled.formUnion(SetName.allCases.filter { kernel.sets[SetID($0, family)]?.isEmpty == false })
                }
                let context = RuleContext(
                    configuration ?? IPVSConfiguration(), family: family, randomFully: randomFully)
                let fixed = FixedRules(filled: filled, barriers: state.nodeBarriers(of: family), in: context)
                let isKnown = configuration != nil
                damage += saved.damage(to: fixed, family, isWhole: scope.isWhole, comparesRules: isKnown)
                    .map { KernelAudit.Damage($0) }
            }
            return damage
        }
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
    /// What virtual servers, sets and addresses should be, compared with what they are.
    init(_ programs: [(RouteKey, RouteProgram)], _ kernel: KernelState, hasDevice: Bool) {
        var found: [InspectedFrontend.Place: InspectedFrontend] = [:]
        for (key, server) in kernel.servers {
            // Those without weight only keep the connections that they have.
            let real = server.realServers.filter { $0.server.weight > 0 }.map(\.server.key)
            let frontend = InspectedFrontend(key, to: real)
            found[frontend.place] = frontend
        }
        var audit = KernelAudit(
            isProgrammed: !found.isEmpty || !kernel.sets.isEmpty || hasDevice, frontendCount: found.count)
        var missingSets: Set<String> = []
        for (key, program) in programs {
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
                        Damage(
                            "the entry \(entry) of ipset \(set.kernelName) for \(key.name) is missing", places: places))
                }
            }
            guard hasDevice else { continue }
            for address in Set(program.addresses).subtracting(kernel.addresses).sorted() {
                let own = places.filter { $0.address == address }
                audit.damage.append(
                    Damage("address \(address) of interface \(DeviceWriter.name) is missing", places: own))
            }
        }
        if audit.isProgrammed, !hasDevice { audit.damage.append(Damage("interface \(DeviceWriter.name)")) }
        audit.damage += missingSets.sorted().map { Damage("ipset \($0)") }
        audit.discrepancies += found.values.map { FrontendDiscrepancy(expected: nil, found: $0) }
        self = audit
    }
}
