import DNSMessages
import DaemonKit
import InternetAddresses
import KubernetesClient
import Logging
import ServiceNames
import Synchronization

/// Brings configurations into force, one after the other. What they have in common goes on: a socket that both listen at
/// stays open, and so no query is lost.
struct ServingLoop: Sendable {
    let state: DNSServerState
    let lane: SlowLane
    let requests: RequestMetrics
    let environment: [String: String]
    let logger: Logger

    private static var threads: Int { min(4, max(2, Machine.processorCount)) }

    /// Runs until the task is cancelled. Throws if the first configuration cannot be brought into force.
    func run(_ configurations: AsyncStream<DNSConfiguration>) async throws {
        var current: [ActiveServer] = []
        var running: [ListenerAddress: (servers: Published<[ActiveServer]>, stop: AsyncStream<Never>.Continuation)] =
            [:]
        let (clusters, clusterChanges) = AsyncStream.makeStream(
            of: ClusterConfiguration?.self, bufferingPolicy: .bufferingNewest(1))
        var cluster: ClusterConfiguration?
        try await withThrowingTaskGroup(of: Void.self) { group in
            let follower = self
            group.addTask { try await follower.followClusters(clusters) }
            let upkeep = Upkeep(state: state, logger: logger)
            group.addTask { try await upkeep.run() }
            var isFirst = true
            for await configuration in configurations {
                do {
                    let own = try Machine.addresses().filter { !$0.isLoopback && !$0.isLinkLocal }
                    var servers: [ActiveServer] = []
                    for server in configuration.servers {
                        let earlier = current.first { $0.configuration.zones == server.zones }
                        servers.append(try ActiveServer(server, ownAddresses: own, earlier: earlier))
                    }
                    var wanted: [ListenerAddress: [ActiveServer]] = [:]
                    for server in servers {
                        for address in server.listenerAddresses { wanted[address, default: []].append(server) }
                    }
                    for (address, servers) in wanted where running[address] == nil {
                        let published = Published(servers)
                        let (untilStopped, stop) = AsyncStream.makeStream(of: Never.self)
                        let (started, listening) = AsyncStream.makeStream(
                            of: Void.self, bufferingPolicy: .bufferingOldest(1))
                        let listener = Listener(
                            address: address, servers: published, names: state.names, lane: lane,
                            unserved: state.unserved, threads: Self.threads)
                        let isRequired = isFirst
                        group.addTask {
                            try await run(listener, until: untilStopped, isRequired: isRequired) {
                                listening.yield()
                                listening.finish()
                            } onEnd: {
                                listening.finish()
                            }
                        }
                        for await _ in started {}
                        running[address] = (published, stop)
                    }
                    for (address, listener) in running {
                        if let servers = wanted[address] {
                            listener.servers.publish(servers)
                        } else {
                            listener.stop.finish()
                            running[address] = nil
                        }
                    }
                    for old in current.flatMap(\.forwarders)
                    where !servers.contains(where: { $0.forwarders.contains { $0 === old } }) { old.close() }
                    current = servers
                    state.servers.publish(servers)
                    if cluster != configuration.cluster || isFirst {
                        cluster = configuration.cluster
                        clusterChanges.yield(cluster)
                    }
                    if !isFirst { logger.info("the changed configuration is in force") }
                    state.isListening.store(true, ordering: .relaxed)
                    isFirst = false
                } catch {
                    guard !isFirst else { throw error }
                    state.failedReloads.wrappingAdd(1, ordering: .relaxed)
                    logger.error("the changed configuration cannot be used, the earlier one stays in force: \(error)")
                }
            }
            try await group.waitForAll()
        }
    }

    /// Serves until `stopped` ends. An address that a later configuration adds and that cannot be used is no reason to
    /// stop serving the others.
    private func run(
        _ listener: Listener, until stopped: AsyncStream<Never>, isRequired: Bool,
        onListening: @escaping @Sendable () -> Void, onEnd: @escaping @Sendable () -> Void
    ) async throws {
        defer { onEnd() }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await listener.run(onListening: onListening) }
                group.addTask { for await _ in stopped {} }
                try await group.next()
                group.cancelAll()
            }
        } catch let error as DNSServerError where !isRequired {
            logger.error("\(error)")
        }
    }

    private func followClusters(_ clusters: AsyncStream<ClusterConfiguration?>) async throws {
        var next = await clusters.first { _ in true }
        while let cluster = next {
            next = try await withThrowingTaskGroup(of: ClusterConfiguration??.self) { group in
                group.addTask { await clusters.first { _ in true } }
                if let cluster {
                    let follower = ClusterFollower(
                        cluster: cluster, names: state.names, requests: requests, programming: state.programming,
                        environment: environment, logger: logger)
                    group.addTask {
                        try await follower.run()
                        return nil
                    }
                }
                let change = try await group.next() ?? nil
                group.cancelAll()
                return change
            }
        }
    }
}

extension ActiveServer {
    fileprivate var listenerAddresses: [ListenerAddress] {
        configuration.bind.isEmpty
            ? [ListenerAddress(address: nil, port: configuration.port)]
            : configuration.bind.map {
                ListenerAddress(address: $0.isUnspecified && $0.family == .ipv6 ? nil : $0, port: configuration.port)
            }
    }
}
