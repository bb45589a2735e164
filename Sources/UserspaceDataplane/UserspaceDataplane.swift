import BlockingThreads
package import Dataplane
package import Logging
package import ServiceRouting
import Synchronization
import UserspaceProxy

/// The userspace mode: the process itself listens at the addresses of Services and carries every connection.
///
/// docs/userspace.md explains it.
package actor UserspaceDataplane: Dataplane {
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    nonisolated let executor: any SerialExecutor
    private let configuration: UserspaceConfiguration
    private let logger: Logger
    private let whenDrained: @Sendable () -> Void
    private let handover = Handover()
    private let registry = OpenListeners()
    private nonisolated let trafficRegistry = TrafficRegistry()
    private nonisolated let load = Mutex<RelayLoad?>(nil)
    private var relay: Relay?
    private var programmer: UserspaceProgrammer?
    private var server: ControlServer?
    private var hasAnnouncedItself = false
    private var toldPauses: UInt64 = 0
    private var toldPortShortages: UInt64 = 0

    private static let tick = Duration.milliseconds(200)
    private static let grace = Duration.milliseconds(500)
    /// The number of ticks between checks for damage.
    private static let ticksBetweenChecks = 5
    /// Open files other than connections: logs, netlink, the API server.
    private static let otherFiles = 256

    /// A data plane for the network namespace in which `executor` runs its jobs. Without one it creates its own thread,
    /// and throws a transient error if the system refuses.
    ///
    /// `whenDrained` is called when another process has taken over and the last connection has ended.
    package init(
        configuration: UserspaceConfiguration = UserspaceConfiguration(), executor: (any SerialExecutor)? = nil,
        logger: Logger, whenDrained: @escaping @Sendable () -> Void
    ) throws(DataplaneError) {
        self.configuration = configuration
        self.logger = logger
        self.whenDrained = whenDrained
        if let executor {
            self.executor = executor
        } else {
            do throws(ThreadError) { self.executor = try ThreadExecutor(name: "userspace") } catch {
                throw DataplaneError(.transient, "\(error)", cause: error)
            }
        }
    }

    deinit { relay?.stop() }

    package func synchronize(_ snapshot: RoutingSnapshot) async throws(DataplaneError) -> ProgrammingReport {
        guard try isServing() else { return ProgrammingReport() }
        let programmer = try readyProgrammer()
        guard !hasAnnouncedItself else { return try programmer.synchronize(snapshot) }
        let predecessor = Predecessor()
        var isTakingOver = false
        if predecessor != nil {
            if let inheritance = predecessor?.inheritance() {
                programmer.inherit(inheritance)
                isTakingOver = true
                let clients = inheritance.affinities.values.reduce(0) { $0 + $1.count }
                logger.info(
                    """
                    taking over \(inheritance.sockets.count) listening sockets from the proxy that runs here, and the \
                    endpoints of \(clients) clients
                    """)
            } else {
                logger.warning("the proxy that runs here does not hand its sockets over")
            }
        }
        let report = try programmer.synchronize(snapshot)
        programmer.forgetInherited()
        if isTakingOver, let predecessor = consume predecessor { predecessor.release() }
        announce()
        return report
    }

    package func apply(_ change: RoutingChange) async throws(DataplaneError) -> ProgrammingReport {
        guard try isServing() else { return ProgrammingReport() }
        return try readyProgrammer().apply(change)
    }

    package func repair() async throws(DataplaneError) -> RepairReport? {
        var ticks = 0
        while true {
            do { try await Task.sleep(for: Self.tick) } catch { return nil }
            if handover.isDone { return await drain() }
            handover.agree()
            ticks += 1
            guard handover.stage == .none, ticks % Self.ticksBetweenChecks == 0, let programmer else { continue }
            tellLimits()
            if let report = try programmer.repair() { return report }
        }
    }

    package nonisolated var traffic: [ServiceTraffic] { trafficRegistry.traffic }

    package nonisolated func arrivals(of routes: Set<RouteKey>) -> [RouteKey: [Backend]]? {
        // After that the kernel carries what comes.
        handover.stage == .retired ? nil : registry.arrivals(of: routes)
    }

    package nonisolated var carriedConnections: Int { load.withLock { $0 }?.connectionCount ?? 0 }

    // MARK: - On the thread

    /// False once another process serves. Throws while one in another mode removes our kernel state.
    private func isServing() throws(DataplaneError) -> Bool {
        handover.agree()
        guard handover.stage != .yielding else {
            throw DataplaneError(.transient, "a proxy in another mode is taking over")
        }
        return !handover.isDone
    }

    private func readyProgrammer() throws(DataplaneError) -> UserspaceProgrammer {
        if let programmer { return programmer }
        let files = OpenFiles.raiseLimit()
        let limits = RelayConfiguration(openFiles: max(64, files - Self.otherFiles))
        let relay: Relay
        do { relay = try Relay(limits) } catch {
            throw DataplaneError(.transient, "cannot start the threads of the proxy: \(error)", cause: error)
        }
        self.relay = relay
        load.withLock { $0 = relay.load }
        let new = try UserspaceProgrammer(
            configuration, relay: relay, registry: registry, traffic: trafficRegistry, logger: logger)
        logger.info(
            """
            up to \(limits.connectionLimit) connections and \(limits.sessionLimit) UDP sessions at a time on \
            \(limits.threads) threads, for up to \(files) open files
            """)
        programmer = new
        return new
    }

    /// Answers other processes from now on.
    private func announce() {
        hasAnnouncedItself = true
        do throws(ThreadError) { server = try ControlServer(registry, handover: handover) } catch {
            return logger.warning("the next proxy cannot take the sockets over from this one: \(error)")
        }
        if server == nil {
            logger.warning("the next proxy cannot take the sockets over from this one: the name of its socket is taken")
        }
    }

    private func tellLimits() {
        guard let load = relay?.load else { return }
        if load.pauseCount != toldPauses {
            toldPauses = load.pauseCount
            logger.warning(
                """
                new connections wait: there are \(load.connectionCount) connections and \(load.sessionCount) UDP \
                sessions; raise the limit of open files (ulimit -n, LimitNOFILE=)
                """)
        }
        if load.portShortageCount != toldPortShortages {
            logger.warning(
                """
                \(load.portShortageCount - toldPortShortages) connections to endpoints could not be made: no local \
                port is free for them; widen net.ipv4.ip_local_port_range, or set net.ipv4.tcp_tw_reuse to 1
                """)
            toldPortShortages = load.portShortageCount
        }
    }

    /// Another process now accepts connections: lets ours end.
    private func drain() async -> RepairReport? {
        if handover.stage == .retired {
            // The sockets of this process have no other owner: first accept what was led to them before.
            do { try await Task.sleep(for: UserspaceProgrammer.lastArrivals) } catch { return nil }
        }
        programmer?.listeners.handOver()
        logger.notice(
            """
            another proxy has taken over; this one ends with its last connection, and after \
            \(configuration.drainTimeout) s at the latest
            """)
        let deadline = ContinuousClock.now + .seconds(configuration.drainTimeout)
        while let load = relay?.load, load.connectionCount + load.sessionCount > 0, ContinuousClock.now < deadline {
            do { try await Task.sleep(for: Self.tick) } catch { return nil }
        }
        // If the process was told to stop meanwhile, it is already ending.
        do { try await Task.sleep(for: Self.grace) } catch { return nil }
        whenDrained()
        // Until the task is cancelled: there is nothing left to repair.
        while (try? await Task.sleep(for: .seconds(3600))) != nil {}
        return nil
    }
}
