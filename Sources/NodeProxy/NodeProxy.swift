import BlockingThreads
import CLinux
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

/// The daemon: objects come from a source, are routed, and are programmed into the kernel; in this direction only.
package struct NodeProxy: Sendable {
    private let configuration: ProxyConfiguration
    private let logger: Logger
    private let source: (@Sendable ([KindSelection]) -> any ObjectSource)?

    /// A proxy that takes its objects from where `configuration` says, or from `source`, in the same process.
    package init(
        configuration: ProxyConfiguration, logger: Logger,
        source: (@Sendable ([KindSelection]) -> any ObjectSource)? = nil
    ) {
        self.configuration = configuration
        self.logger = logger
        self.source = source
    }

    /// One thread carries all of the daemon's HTTP, and all threads share one heap: what one has freed serves the others,
    /// and few of them are ever busy at once. To be called at most once in a process, before anything else.
    package static func keepSmall() {
        CLinux_share_heap()
        NIOSingletons.groupLoopCountSuggestion = 1
    }

    /// Runs until the task is cancelled, and leaves what it has programmed in force.
    ///
    /// `environment` is asked where a cluster's API server is. Throws, with what to do, if something is missing that
    /// no waiting will bring.
    package func run(environment: [String: String]) async throws {
        logger.info("\(configuration)")
        let status = ProxyStatus()
        let source = try makeSource(status: status, environment: environment)
        let wake = Wake()
        let conntrack = try makeConntrackCleaner(wake.staleFlows, status: status)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await run(source, wake: wake, status: status) { () async throws(DataplaneError) in
                    try await configuration.mode.makeDataplane(configuration, logger)
                }
            }
            group.addTask { await conntrack.run() }
            // A cleaner that cannot work on this machine ends; the proxy goes on.
            for try await _ in group {}
        }
    }

    /// The same with a given source and data plane; the latter is made once the health endpoint is there.
    func run(
        _ source: any ObjectSource, wake: Wake = Wake(), status: ProxyStatus,
        makeDataplane: () async throws(DataplaneError) -> any Dataplane
    ) async throws {
        guard let address = configuration.healthAddress else {
            return try await proxy(source, wake: wake, status: status, dataplane: try await makeDataplane())
        }
        // Whoever asks for our health should find us before the first rule is written.
        let health = HTTPService.health(of: status, on: address, logger: logger)
        if configuration.bindAddressHardFail {
            return try await health.serve { _ in
                try await proxy(source, wake: wake, status: status, dataplane: try await makeDataplane())
            }
        }
        let dataplane = try await makeDataplane()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await health.keepRunning() }
            group.addTask { try await proxy(source, wake: wake, status: status, dataplane: dataplane) }
            try await group.next()
            group.cancelAll()
        }
    }

    private var selections: [KindSelection] { KindSelection.nodeProxy(nodeName: configuration.nodeName) }

    private func makeSource(status: ProxyStatus, environment: [String: String]) throws -> any ObjectSource {
        if let source { return source(selections) }
        switch configuration.origin {
        case .manifests(let path):
            return ManifestSource(path: path, kinds: Set(selections.map(\.kind)), logger: logger)
        case .cluster(let kubeconfig, let master):
            let client = try KubernetesClientConfiguration.load(
                kubeconfig: kubeconfig, master: master, environment: environment)
            return KubernetesClient(
                configuration: client, selections: selections, logger: logger, metrics: status.requests)
        }
    }

    private func proxy(
        _ source: any ObjectSource, wake: Wake, status: ProxyStatus, dataplane: any Dataplane
    ) async throws {
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
        let repairs = RepairLoop(dataplane: dataplane, status: status, clock: clock, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await source.run(into: inbox) }
            group.addTask { try await programming.run() }
            group.addTask { try await repairs.run() }
            group.addTask { try await watch.run() }
            group.addTask { try await readiness.run() }
            group.addTask {
                try await wake.untilInForce()
                await Leftovers.remove(beside: configuration.mode, logger: logger)
            }
            group.addTask { try await serveMetrics(of: status) }
            // The first that fails ends the others.
            for try await _ in group {}
        }
    }

    /// Metrics are worth an error in the log, but not a node without Services; the port may become free.
    private func serveMetrics(of status: ProxyStatus) async throws {
        guard let address = configuration.metricsAddress else { return }
        let service = HTTPService.metrics(of: status, mode: configuration.mode, on: address, logger: logger)
        try await service.keepRunning()
    }

    /// What removes stale UDP flows behind the rules, and reports on it.
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
