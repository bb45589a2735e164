import BlockingThreads
import CLinux
import ConnectionCounters
import ConntrackCleanup
import DaemonKit
import Dataplane
import InternetAddresses
import KubernetesAPI
import KubernetesClient
package import Logging
import Mailboxes
import ManifestSource
import NIOCore
package import ObjectSource
import ServiceRouting
import Synchronization

/// The daemon: objects come from a source, are routed, and programmed into the kernel, in this direction only.
package struct NodeProxy: Sendable {
    var configuration: ProxyConfiguration
    let logger: Logger
    private let drain = ConnectionDrain()
    private let pages: ProxyPages?
    private let inquiry: (any NodeInquiry)?
    let source: (@Sendable ([KindSelection]) -> any ObjectSource)?

    /// A proxy whose objects come from the configured source, or from `source` in the same process. It serves `pages`
    /// with its metrics, and answers questions about the node through `inquiry`.
    package init(
        configuration: ProxyConfiguration, logger: Logger, pages: ProxyPages? = nil,
        source: (@Sendable ([KindSelection]) -> any ObjectSource)? = nil, inquiry: (any NodeInquiry)? = nil
    ) {
        self.inquiry = inquiry
        self.configuration = configuration
        self.logger = logger
        self.pages = pages
        self.source = source
    }

    /// A few threads (`eventLoops`) serve all of the daemon's HTTP, and all threads share one heap: few are ever busy
    /// at once, and memory freed by one is reused by others. Call at most once in a process, before anything else.
    package static func keepSmall(eventLoops: Int = 1) {
        CLinux_share_heap()
        NIOSingletons.groupLoopCountSuggestion = eventLoops
    }

    /// Runs until the task is cancelled; programmed state stays in force.
    ///
    /// `environment` locates a cluster's API server. Throws, with advice, if something is missing that
    /// waiting will not provide.
    package func run(environment: [String: String]) async throws {
        logger.info("\(configuration)")
        let status = ProxyStatus()
        status.events.record(.starting)
        if configuration.mode == .ipvs { status.events.record(.ipvsDeprecation) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await writeEvents(of: status, environment: environment) }
            group.addTask {
                let prepared = try await prepared(status: status, environment: environment)
                try await prepared.proxy(status: status, environment: environment)
            }
            // If Events cannot be written, the proxy continues.
            for try await _ in group {}
        }
    }

    /// Waits until the task is cancelled, and then until connections carried by this process have ended, for as long as
    /// the configuration allows. Stop it before ``run(environment:)``.
    package func drainConnections() async {
        await drain.run(limit: configuration.userspaceDrainTimeout, logger: logger)
    }

    private func proxy(status: ProxyStatus, environment: [String: String]) async throws {
        let source = try makeSource(selections, status: status, environment: environment)
        let wake = Wake(countsConnections: configuration.countsConnections && configuration.mode != .userspace)
        let conntrack = try makeConntrackCleaner(wake.staleFlows, status: status)
        let counter = try makeConnectionCounter(wake.connections, status: status)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await run(source, wake: wake, status: status) { () async throws(DataplaneError) in
                    try await configuration.mode.makeDataplane(configuration, logger)
                }
            }
            group.addTask { await conntrack.run() }
            group.addTask { await counter?.run() }
            // A cleaner that cannot work on this machine ends; the proxy continues.
            for try await _ in group {}
        }
    }

    /// The same with a given source and data plane; the latter is created once the health endpoint is served.
    func run(
        _ source: any ObjectSource, wake: Wake = Wake(), status: ProxyStatus,
        makeDataplane: () async throws(DataplaneError) -> any Dataplane
    ) async throws {
        status.health.withLock { $0.patience = configuration.syncPeriod * 2 }
        status.metrics.withLock { $0.mode = configuration.mode.name }
        guard let address = configuration.healthAddress else {
            return try await proxy(source, wake: wake, status: status, dataplane: try await makeDataplane())
        }
        // Health checks should be answered before the first rule is written.
        let health = HTTPService.health(of: status, on: address, logger: logger)
        if configuration.bindAddressHardFail {
            return try await health.serve { _ in
                try await proxy(source, wake: wake, status: status, dataplane: try await makeDataplane())
            }
        }
        let dataplane = try await makeDataplane()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await health.keepRunning { status.events.record(.noHealthServer($0.message)) }
            }
            group.addTask { try await proxy(source, wake: wake, status: status, dataplane: dataplane) }
            try await group.next()
            group.cancelAll()
        }
    }

    var selections: [KindSelection] { KindSelection.nodeProxy(nodeName: configuration.nodeName) }

    func makeSource(
        _ selections: [KindSelection], status: ProxyStatus, environment: [String: String]
    ) throws -> any ObjectSource {
        if let source { return source(selections) }
        switch configuration.origin {
        case .manifests(let path):
            return ManifestSource(path: path, kinds: Set(selections.map(\.kind)), logger: logger)
        case .cluster(let kubeconfig, let master):
            let server = try KubernetesClientConfiguration.load(
                kubeconfig: kubeconfig, master: master, environment: environment)
            return KubernetesClient(
                configuration: server, selections: selections, logger: logger, metrics: status.requests)
        }
    }

    private func proxy(
        _ source: any ObjectSource, wake: Wake, status: ProxyStatus, dataplane: any Dataplane
    ) async throws {
        status.dataplane.withLock { $0 = dataplane }
        drain.follow(dataplane)
        let inbox = ObjectInbox(waitingFor: Set(selections.map(\.kind)))
        let clock = ContinuousClock()
        let addresses = try AddressWatch.machineAddresses()
        let open = configuration.nodePorts.addresses(primary: [], machine: addresses)
        if configuration.nodePorts.extent != .primary, open.addresses.isEmpty {
            logger.warning("--nodeport-addresses: this machine has no address there, so no node port is open")
        }
        let arriving = Mailbox<[IPAddress]?>(nil)
        let watch = AddressWatch(posting: arriving, logger: logger)
        let programming = ProgrammingLoop(
            routing: configuration.routing, expectsNode: self.source == nil && configuration.origin.isCluster,
            machineAddresses: addresses, addresses: arriving,
            minimumInterval: configuration.minimumInterval ?? configuration.mode.minimumInterval, inbox: inbox,
            dataplane: dataplane, wake: wake, status: status, clock: clock, logger: logger)
        let readiness = AddressReadiness(status: status, clock: clock, logger: logger)
        status.health.withLock { $0.areAddressesUsable = false }
        let repairs = RepairLoop(dataplane: dataplane, wake: wake, status: status, clock: clock, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await source.run(into: inbox) }
            group.addTask { try await programming.run() }
            group.addTask { await PreparationLoop(changes: wake.foreseen, dataplane: dataplane).run() }
            group.addTask { try await repairs.run() }
            group.addTask { try await watch.run() }
            group.addTask { try await readiness.run() }
            if case .networks(let known) = configuration.dataplane.localTraffic, configuration.usesPodNetworksOfNode {
                group.addTask {
                    try await PodNetworks.watch(wake.podNetworks, known: known, node: configuration.nodeName)
                }
            }
            group.addTask {
                try await wake.untilInForce()
                await Leftovers.remove(beside: configuration.mode, logger: logger) {
                    status.metrics.withLock { $0.cleanupFailed() }
                }
                wake.removedLeftovers()
            }
            group.addTask { try await serveMetrics(of: status) }
            if let inquiry {
                group.addTask {
                    try await wake.untilInForce()
                    try await inquiry.run { await wake.decided() }
                }
            }
            group.addTask {
                await ServiceHealthServers(checks: wake.serviceHealth, status: status, logger: logger).run()
            }
            // The first that fails ends the others.
            for try await _ in group {}
        }
    }

    /// If the address is in use, it may become free: without `--bind-address-hard-fail`, this is only logged.
    private func serveMetrics(of status: ProxyStatus) async throws {
        guard let address = configuration.metricsAddress else { return }
        let service = HTTPService.metrics(
            of: status, mode: configuration.mode, pages: pages, inquiry: inquiry, on: address,
            logger: logger)
        if configuration.bindAddressHardFail { return try await service.run() }
        try await service.keepRunning { status.events.record(.noMetricsServer($0.message)) }
    }

    /// Removes stale UDP flows after the rules, and reports on it.
    private func makeConntrackCleaner(
        _ flows: Mailbox<StaleFlows>, status: ProxyStatus
    ) throws(ThreadError) -> ConntrackCleaner {
        try ConntrackCleaner(flows) { report in
            switch report {
            case .cleaned(let family, let deleted, let duration):
                status.metrics.withLock { $0.cleanedConntrack(family, deleted: deleted, in: duration) }
                if deleted > 0 { logger.info("removed \(deleted) stale \(family) UDP flows") }
            case .failed(let error):
                logger.error("stale UDP flows stay until their clients pause: \(error)")
            case .unavailable(let error):
                logger.warning("stale UDP flows cannot be removed on this machine: \(error)")
            }
        }
    }
}
