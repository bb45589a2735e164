import DNSMessages
import InternetAddresses
import KubernetesAPI
import KubernetesClient
import Logging
import ManifestSource
import ObjectSource
import ServiceNames

/// Maintains the names of a cluster: objects come from a source, and names are published as they change.
struct ClusterFollower: Sendable {
    let cluster: ClusterConfiguration
    let names: Published<ServiceNames?>
    let requests: RequestMetrics
    let programming: ProgrammingMetrics
    let environment: [String: String]
    /// Overrides the source in `cluster`.
    let source: (@Sendable ([KindSelection]) -> any ObjectSource)?
    let logger: Logger

    private var kinds: [ObjectKind] {
        [.service, .endpointSlice, .namespace] + (cluster.podMode == .verified ? [.pod] : [])
    }

    private var selections: [KindSelection] { kinds.map { KindSelection($0, isOptional: $0 == .namespace) } }

    /// Runs until the task is cancelled. Throws for errors that waiting cannot fix: no kubeconfig, no such folder.
    func run() async throws {
        if let source { return try await follow(source(selections)) }
        let source: any ObjectSource
        switch cluster.origin {
        case .manifests(let path):
            source = ManifestSource(path: path, kinds: Set(kinds), logger: logger)
        case .api(let kubeconfig, let master):
            let client = try KubernetesClientConfiguration.load(
                kubeconfig: kubeconfig, master: master, environment: environment)
            source = KubernetesClient(
                configuration: client, selections: selections, logger: logger, metrics: requests)
        }
        try await follow(source)
    }

    /// The same with a given source.
    func follow(_ source: any ObjectSource) async throws {
        let inbox = ObjectInbox(waitingFor: Set(kinds))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await source.run(into: inbox) }
            group.addTask { await publish(from: inbox) }
            while try await group.next() != nil {}
        }
    }

    private func publish(from inbox: ObjectInbox) async {
        var registry = NameRegistry(
            ServiceNames(
                zone: cluster.zone, podMode: cluster.podMode, ttl: cluster.ttl, versionTTL: cluster.versionTTL,
                serial: .now))
        // After a configuration change the old names are better than none.
        if names.current?.isSynchronized != true { names.publish(registry.names) }
        while let batch = await inbox.next() {
            registry.apply(batch.changes.flatMap { NameChange.changes($0) }, at: .now)
            let isNews = batch.isSynchronized && !registry.names.isSynchronized
            if isNews {
                await registry.prepare()
                registry.markSynchronized()
            }
            // Incomplete names are useless: missing ones would appear not to exist.
            guard registry.names.isSynchronized else { continue }
            names.publish(registry.names)
            let seconds = (ContinuousClock.now - batch.oldest).inSeconds
            if isNews {
                logger.info("the cluster's names are served")
            } else {
                programming.record(seconds: seconds)
            }
        }
    }
}

extension UInt32 {
    /// The time, in seconds since 1970.
    fileprivate static var now: UInt32 {
        UInt32(truncatingIfNeeded: Int64(SystemTime.secondsSince1970))
    }
}

extension NameChange {
    /// The effect of an object's change on names; none for kinds that no name depends on.
    static func changes(_ change: ObjectChange) -> [NameChange] {
        switch change {
        case .set(let object):
            let name = object.metadata.namespacedName
            switch object {
            case .service(let service): return [.service(name, ServiceFacts(service))]
            case .endpointSlice(let slice): return [.slice(name, service: slice.service, SliceFacts(slice))]
            case .namespace(let namespace): return [.namespace(namespace.metadata.name, exists: true)]
            case .pod(let pod):
                // Like CoreDNS, skips Pods that are being deleted: their addresses may soon be reused.
                let isGone = pod.phase == .succeeded || pod.phase == .failed || pod.metadata.isBeingDeleted
                return [.pod(name, isGone ? [] : pod.addresses)]
            default: return []
            }
        case .removed(let key):
            switch key.kind {
            case .service: return [.service(key.name, nil)]
            case .endpointSlice: return [.slice(key.name, service: nil, nil)]
            case .namespace: return [.namespace(key.name.name, exists: false)]
            case .pod: return [.pod(key.name, [])]
            default: return []
            }
        }
    }
}

extension ServiceFacts {
    init(_ service: Service) {
        let kind: Kind =
            if service.kind == .externalName {
                .external(service.externalName)
            } else if service.isHeadless {
                .headless
            } else {
                .cluster(service.clusterIPs)
            }
        self.init(
            kind: kind,
            ports: service.ports.map { PortFacts(name: $0.name, transport: $0.transport, port: $0.port) })
    }
}

extension SliceFacts {
    init(_ slice: EndpointSlice) {
        let addresses = slice.endpoints.filter { $0.conditions.contains(.ready) }.map {
            Endpoint(address: .address($0.address), hostname: $0.hostname)
        }
        let names = slice.hostNames.filter { $0.conditions.contains(.ready) }.map {
            Endpoint(address: .name($0.name), hostname: $0.hostname)
        }
        self.init(
            ports: slice.ports.compactMap { port in
                port.port.map { PortFacts(name: port.name, transport: port.transport, port: $0) }
            }, endpoints: addresses + names)
    }
}
