import DNSMessages
import DaemonKit
import InternetAddresses
import KubernetesClient
import Logging
import ObjectSource
import ServiceNames
import Synchronization

/// Applies configurations one after another. Sockets used by both the old and the new one stay open,
/// so no query is lost.
struct ServingLoop: Sendable {
    let state: DNSServerState
    let lane: SlowLane
    let requests: RequestMetrics
    let environment: [String: String]
    let source: (@Sendable ([KindSelection]) -> any ObjectSource)?
    let logger: Logger

    private static var threads: Int { min(4, max(2, Machine.processorCount)) }

    /// The configuration in force.
    private struct InForce {
        var servers: [ActiveServer] = []
        var listeners: [ListenerAddress: (servers: Published<[ActiveServer]>, stop: AsyncStream<Never>.Continuation)] =
            [:]
        var cluster: ClusterConfiguration?
        var isFirst = true
    }

    /// A child returns the next configuration, or ends without one.
    private typealias Group = ThrowingTaskGroup<DNSConfiguration?, any Error>

    /// Runs until the task is cancelled. Throws if the first configuration cannot be applied; this includes an address
    /// in use if nothing else depends on the process. Also throws if a listener fails later, and if the source of
    /// objects fails permanently.
    func run(_ configurations: AsyncStream<DNSConfiguration>) async throws {
        let (clusters, clusterChanges) = AsyncStream.makeStream(
            of: ClusterConfiguration?.self, bufferingPolicy: .bufferingNewest(1))
        var inForce = InForce()
        try await withThrowingTaskGroup(of: DNSConfiguration?.self) { group in
            group.addTask {
                try await followClusters(clusters)
                return nil
            }
            let upkeep = Upkeep(state: state, logger: logger)
            group.addTask {
                try await upkeep.run()
                return nil
            }
            group.addTask { await configurations.first { _ in true } }
            // Errors of the children are thrown here.
            while let next = try await group.next() {
                guard let configuration = next else { continue }
                do {
                    try await bring(configuration, into: &inForce, clusterChanges, &group)
                } catch {
                    guard !inForce.isFirst else { throw error }
                    state.failedReloads.wrappingAdd(1, ordering: .relaxed)
                    logger.error("the changed configuration cannot be used, the earlier one stays in force: \(error)")
                }
                group.addTask { await configurations.first { _ in true } }
            }
        }
    }

    private func bring(
        _ configuration: DNSConfiguration, into inForce: inout InForce,
        _ clusterChanges: AsyncStream<ClusterConfiguration?>.Continuation, _ group: inout Group
    ) async throws {
        let own = try Machine.reachableAddresses()
        var servers: [ActiveServer] = []
        for server in configuration.servers {
            let earlier = inForce.servers.first { $0.configuration.zones == server.zones }
            servers.append(try ActiveServer(server, ownAddresses: own, earlier: earlier))
        }
        // Before sockets are opened: reading a cluster takes longer.
        if inForce.cluster != configuration.cluster || inForce.isFirst {
            inForce.cluster = configuration.cluster
            clusterChanges.yield(configuration.cluster)
        }
        var wanted: [ListenerAddress: [ActiveServer]] = [:]
        for server in servers {
            for address in server.listenerAddresses { wanted[address, default: []].append(server) }
        }
        for (address, servers) in wanted where inForce.listeners[address] == nil {
            let published = Published(servers)
            let stop = await listen(address, published, isRequired: inForce.isFirst && source == nil, &group)
            inForce.listeners[address] = (published, stop)
        }
        for (address, listener) in inForce.listeners {
            if let servers = wanted[address] {
                listener.servers.publish(servers)
            } else {
                listener.stop.finish()
                inForce.listeners[address] = nil
            }
        }
        for old in inForce.servers.flatMap(\.forwarders)
        where !servers.contains(where: { $0.forwarders.contains { $0 === old } }) { old.close() }
        inForce.servers = servers
        state.servers.publish(servers)
        if !inForce.isFirst { logger.info("the changed configuration is in force") }
        inForce.isFirst = false
    }

    /// Starts serving an address. Once it is known whether queries are accepted, returns a handle that ends it.
    private func listen(
        _ address: ListenerAddress, _ servers: Published<[ActiveServer]>, isRequired: Bool, _ group: inout Group
    ) async -> AsyncStream<Never>.Continuation {
        let (untilStopped, stop) = AsyncStream.makeStream(of: Never.self)
        let (started, listening) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
        let listener = Listener(
            address: address, servers: servers, names: state.names, lane: lane, unserved: state.unserved,
            threads: Self.threads)
        group.addTask {
            try await run(listener, until: untilStopped, isRequired: isRequired) {
                state.isListening.store(true, ordering: .relaxed)
                listening.finish()
            } onEnd: {
                listening.finish()
            }
            return nil
        }
        for await _ in started {}
        return stop
    }

    /// Serves until `stopped` ends. An unusable address does not stop the others unless it is required: it is retried.
    /// `onEnd` is called when it is known not to be served yet.
    private func run(
        _ listener: Listener, until stopped: AsyncStream<Never>, isRequired: Bool,
        onListening: @escaping @Sendable () -> Void, onEnd: @escaping @Sendable () -> Void
    ) async throws {
        defer { onEnd() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var isReported = false
                while true {
                    do {
                        return try await listener.run { [isReported] in
                            if isReported { logger.info("\(listener.address) is served now") }
                            onListening()
                        }
                    } catch let error as DNSServerError where error.code == .address && !isRequired {
                        if !isReported { logger.error("\(error); next attempt every 5 s") }
                        isReported = true
                        onEnd()
                    }
                    try await Task.sleep(for: .seconds(5))
                }
            }
            group.addTask { for await _ in stopped {} }
            try await group.next()
            group.cancelAll()
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
                        environment: environment, source: source, logger: logger)
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
