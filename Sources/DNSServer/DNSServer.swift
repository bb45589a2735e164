import DNSMessages
package import DaemonKit
import InternetAddresses
import KubernetesClient
package import Logging
package import ObjectSource
import ServiceNames
import Synchronization

/// The daemon that answers a cluster's names, and forwards other questions.
package struct DNSServer: Sendable {
    /// Where the configuration comes from.
    package enum Origin: Sendable {
        case flags(DNSConfiguration)
        /// A file, and a function that overrides its settings.
        case corefile(path: String, adjust: @Sendable (inout DNSConfiguration) -> Void)
    }

    let origin: Origin
    let environment: [String: String]
    let logger: Logger
    let source: (@Sendable ([KindSelection]) -> any ObjectSource)?
    let state = DNSServerState()

    /// `environment` provides `{$NAME}` in Corefiles, and locates a cluster's API server.
    ///
    /// With `source`, objects come from there regardless of the configuration, and the server is one of several daemons
    /// of the process: an address in use ends none of them, but is retried.
    package init(
        _ origin: Origin, environment: [String: String], logger: Logger,
        source: (@Sendable ([KindSelection]) -> any ObjectSource)? = nil
    ) {
        self.origin = origin
        self.environment = environment
        self.logger = logger
        self.source = source
    }

    /// Runs until SIGTERM, SIGINT or cancellation. Throws, with advice, if the configuration cannot be used or an
    /// address is in use.
    package func run() async throws { try await Daemon.run(try parts()) }

    /// The same without signal handling: until the task is cancelled.
    package func serve() async throws {
        let parts = try parts()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for part in parts { group.addTask { try await part.run() } }
            while try await group.next() != nil {}
        }
    }

    /// The concurrent parts; the last one is stopped first.
    package func parts() throws -> [Daemon.Part] {
        let loader = ConfigurationLoader(origin: origin, environment: environment)
        let configuration = try loader.load()
        let names = state.names
        // Questions for the cluster are answered from the start, if only with SERVFAIL.
        if let cluster = configuration.cluster {
            names.publish(ServiceNames(zone: cluster.zone, podMode: cluster.podMode, ttl: cluster.ttl))
        }
        let lane = SlowLane(resolver: Resolver(names: names, logger: logger), logger: logger)
        let (configurations, changes) = AsyncStream.makeStream(
            of: DNSConfiguration.self, bufferingPolicy: .bufferingNewest(1))
        changes.yield(configuration)
        let serving = ServingLoop(
            state: state, lane: lane, requests: state.requests, environment: environment, source: source,
            logger: logger)
        var parts = httpServices(configuration).map { service in
            Daemon.Part("HTTP") { try await service.keepRunning() }
        }
        parts.append(Daemon.Part("forwarding") { await lane.run() })
        parts.append(Daemon.Part("serving") { try await serving.run(configurations) })
        if let interval = configuration.reloadInterval {
            let reload = ReloadLoop(
                loader: loader, interval: interval, first: configuration, state: state, logger: logger)
            parts.append(Daemon.Part("reload") { try await reload.run { changes.yield($0) } })
        }
        let duration = configuration.health?.lameDuck ?? .zero
        parts.append(Daemon.Part("lame duck") { await goLame(duration) })
        return parts
    }

    /// Waits to be stopped; then reports it on `/health`, and gives clients time to go elsewhere before serving ends.
    private func goLame(_ duration: Duration) async {
        let (forever, _) = AsyncStream.makeStream(of: Never.self)
        for await _ in forever {}
        state.isLame.store(true, ordering: .relaxed)
        // A server that never began serving has no clients to wait for.
        guard duration > .zero, state.isListening.load(ordering: .relaxed) else { return }
        logger.info("stopping; queries are answered for another \(duration)")
        // This task is already cancelled, so its own sleep would return at once.
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await Uncancelled.sleep(for: duration) }
        }
    }
}

/// State shared by the parts of the daemon.
final class DNSServerState: Sendable {
    let names = Published<ServiceNames?>(nil)
    let servers = Published<[ActiveServer]>([])
    let requests = RequestMetrics()
    let programming = ProgrammingMetrics()
    /// For queries refused before they reached a server block.
    let unserved = ServerMetrics()
    /// Set while a stopping server still answers.
    let isLame = Atomic<Bool>(false)
    /// Whether queries are accepted.
    let isListening = Atomic<Bool>(false)
    let failedReloads = Atomic<UInt64>(0)
    let startedAt = SystemTime.secondsSince1970
}
