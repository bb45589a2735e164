import BlockingThreads
import Conntrack
import ConntrackCleanup
import DaemonKit
import Dataplane
import Diagnosis
import InternetAddresses
import Logging
import NodeProbes
import NodeProxy
import ServiceRouting

/// Gathers facts about this node.
struct NodeExaminer: Sendable {
    let surroundings: Surroundings
    let logger: Logger

    /// What to examine.
    struct Plan: Sendable {
        var snapshot: RoutingSnapshot
        /// Whether the snapshot holds all routes.
        var isWhole = true
        /// The backends to probe, and the addresses whose paths to look up.
        var backends: [BackendKey] = []
        var nodePorts: [(port: UInt16, transport: TransportProtocol, family: IPFamily)] = []
        /// UDP flows that must not exist.
        var stale: StaleFlows
        var names: [(name: String, server: IPAddress, families: [IPFamily])] = []
        var resolver: String?
        var readsFilters = true
    }

    func facts(_ plan: Plan) async throws -> NodeFacts {
        var facts = NodeFacts(nodeName: surroundings.configuration.nodeName)
        facts.localTraffic = surroundings.configuration.dataplane.localTraffic
        facts.machineAddresses = surroundings.machineAddresses
        async let kernel = kernel(plan)
        async let proxies = proxies()
        async let filters = OnThread.run("filters") { plan.readsFilters ? FilterProbe.read() : FilterFacts() }
        async let conntrack = OnThread.run("conntrack") { ConntrackProbe.read(plan.stale) }
        async let holders = OnThread.run("listeners") { ListenerProbe.holders(of: plan.nodePorts) }
        async let names = names(plan)
        async let network = OnThread.run("backends") { Self.network(plan.backends) }
        let found = try await network
        facts.ways = found.ways
        facts.answers = found.answers
        facts.reversePathDrops = found.drops
        facts.settings = found.settings
        facts.kernel = await kernel
        facts.proxies = try await proxies
        facts.filters = try await filters
        facts.conntrack = try await conntrack
        if surroundings.configuration.mode == .userspace {
            // The running proxy carries these flows: their packets arrive at its sockets, whichever endpoint it chose.
            let own = Set(surroundings.machineAddresses)
            facts.conntrack.stale.removeAll { own.contains($0.replySource) }
        }
        let programs = Set((surroundings.running ?? []).map(\.pid))
        facts.holders = try await holders.filter { !programs.contains($0.pid) }
        facts.dns = try await names
        return facts
    }

    // MARK: The network

    private struct Network: Sendable {
        var settings: [String: String] = [:]
        var ways: [IPAddress: WayFacts] = [:]
        var answers: [BackendKey: BackendAnswer] = [:]
        var drops: (during: Int, total: Int)?
    }

    /// Probes the backends, and finds what may block their answers. Blocks.
    private static func network(_ backends: [BackendKey]) -> Network {
        var network = Network()
        network.settings = SettingsProbe.read()
        let before = SettingsProbe.reversePathDrops()
        let asked = Array(backends.prefix(BackendProbe.limit))
        let addresses = Array(Set(backends.map(\.address)).sorted().prefix(64))
        network.ways = WayProbe.look(addresses)
        let mtus = network.ways.compactMapValues { $0.route.flatMap { $0.isLocal ? nil : $0.mtu } }
            .filter { address, _ in asked.contains { $0.address == address } }
        let (answers, echoes) = OwnedThread.both(name: "backends") {
            BackendProbe.ask(asked)
        } and: {
            EchoProbe.ask(mtus)
        }
        network.answers = answers
        for (address, echo) in echoes { network.ways[address]?.echo = echo }
        let silent = WayProbe.silentNeighbours()
        for (address, way) in network.ways {
            guard let hop = way.route.map({ $0.gateway ?? address }), silent.contains(hop) else { continue }
            network.ways[address]?.isNeighbourSilent = true
        }
        let refused = asked.filter { network.answers[$0]?.outcome == .refused }
        for (backend, listeners) in ListenerProbe.listeners(for: refused) {
            network.answers[backend]?.listeners = listeners
        }
        if let before, let after = SettingsProbe.reversePathDrops() { network.drops = (after - before, after) }
        return network
    }

    private func names(_ plan: Plan) async throws -> DNSFacts? {
        guard !plan.names.isEmpty || plan.resolver != nil else { return nil }
        return try await OnThread.run("names") {
            var facts = DNSFacts()
            facts.replies = plan.names.map { DNSProbe.ask($0.name, server: $0.server, families: $0.families) }
            facts.resolver = plan.resolver.flatMap { DNSProbe.resolver($0) }
            return facts
        }
    }

    // MARK: The proxy and the kernel

    private func proxies() async throws -> [ProxyFacts]? {
        guard let running = surroundings.running else { return nil }
        let configuration = surroundings.configuration
        return try await OnThread.run("health") {
            running.enumerated().map { index, proxy in
                // The settings are those of the first; of others, only the flags are known.
                let own = index == 0 ? configuration : nil
                let mode = own?.mode.name ?? proxy.value(of: "proxy-mode") ?? "unknown"
                guard !proxy.isStopped else {
                    return ProxyFacts(
                        program: proxy.program, pid: proxy.pid, mode: mode, isStopped: true, health: .silent)
                }
                guard let address = own?.healthAddress else {
                    return ProxyFacts(program: proxy.program, pid: proxy.pid, mode: mode, health: .notServed)
                }
                let target = address.asked
                var facts = ProxyFacts(
                    program: proxy.program, pid: proxy.pid, mode: mode,
                    health: HealthProbe.ask(target.address, port: target.port), healthAddress: "\(target)")
                if let metrics = own?.metricsAddress?.asked {
                    let progress = HealthProbe.progress(metrics.address, port: metrics.port)
                    facts.secondsPending = progress.pending
                    // The answer of an older kube-proxy has no such time.
                    if case .answered(let status, nil) = facts.health {
                        facts.health = .answered(status: status, secondsSinceProgramming: progress.programmed)
                    }
                }
                return facts
            }
        }
    }

    /// Compares the kernel with the snapshot, in the proxy's mode, or else in the one that has programmed something.
    private func kernel(_ plan: Plan) async -> KernelFacts? {
        // Nothing is programmed for this Service.
        if !plan.isWhole, plan.snapshot.routes.isEmpty { return nil }
        let configuration = surroundings.configuration
        let known = surroundings.isKnown ? configuration : nil
        let modes = surroundings.isModeKnown ? [configuration.mode] : ProxyMode.all
        var first: KernelFacts?
        for mode in modes {
            let facts = await audit(mode, plan, known)
            if case .success(let audit) = facts.outcome, audit.isProgrammed { return facts }
            first = first ?? facts
        }
        return first
            ?? KernelFacts(
                mode: configuration.mode.name, program: surroundings.program,
                outcome: .failure(AuditFailure("there is no such mode")))
    }

    private func audit(
        _ mode: ProxyMode, _ plan: Plan, _ configuration: ProxyConfiguration?
    ) async -> KernelFacts {
        let program = surroundings.program
        // kube-proxy's own form of rules is in force only where no servicelet is.
        let scope = AuditScope(
            isWhole: plan.isWhole, prefersKubeProxy: surroundings.running?.first?.program != "servicelet")
        do throws(DataplaneError) {
            let audit = try await mode.audit(plan.snapshot, scope, configuration, logger)
            return KernelFacts(
                mode: mode.name, program: audit.isKubeProxys ? "kube-proxy" : program, outcome: .success(audit))
        } catch {
            return KernelFacts(mode: mode.name, program: program, outcome: .failure(AuditFailure("\(error)")))
        }
    }
}

extension ListenAddress {
    /// The address to ask a server of this machine at that listens here.
    fileprivate var asked: ListenAddress {
        guard address.isUnspecified else { return self }
        let loopback = address.family == .ipv4 ? IPAddress(ipv4: 0x7F00_0001) : IPAddress(ipv6High: 0, low: 1)
        return ListenAddress(address: loopback, port: port)
    }
}
