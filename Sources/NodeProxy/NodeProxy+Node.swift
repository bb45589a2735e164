import DaemonKit
import Dataplane
import InternetAddresses
import KubernetesAPI
import KubernetesClient
import Logging
import NodeSetup
import ObjectSource

extension NodeProxy {
    /// Applies the node settings that need privileges beyond CAP_NET_ADMIN, for a proxy that runs without them.
    ///
    /// Throws for the first that the mode requires; other failures are logged as errors.
    package func prepareNode() async throws {
        _ = try await configuration.preparation.run(logger: logger)
        try configuration.mode.prepareNode(configuration)
    }

    /// Writes Events to the API server that the objects come from; returns at once if they come from elsewhere.
    func writeEvents(of status: ProxyStatus, environment: [String: String]) async throws {
        guard source == nil, case .cluster(let kubeconfig, let master) = configuration.origin else { return }
        let server = try KubernetesClientConfiguration.load(
            kubeconfig: kubeconfig, master: master, environment: environment)
        let creation = ObjectCreation(configuration: server, logger: logger, metrics: status.requests)
        let host = try Machine.hostName()
        await status.events.run(logger: logger) { event in
            try await creation.create(event.json(node: configuration.nodeName, host: host), in: event.path)
        }
    }

    /// The same proxy after the node's settings have been applied, with the networks from the Node.
    func prepared(status: ProxyStatus, environment: [String: String]) async throws -> NodeProxy {
        for outcome in try await configuration.preparation.run(logger: logger) {
            guard case .failed(let error) = outcome.result, error.code == .readOnly else { continue }
            status.events.record(.readOnlySystem(error.message))
        }
        guard configuration.usesPodNetworksOfNode else { return self }
        let nodes = selections.filter { $0.kind == .node }
        let source = try makeSource(nodes, status: status, environment: environment)
        let networks = try await PodNetworks(source: source, nodeName: configuration.nodeName, logger: logger).first()
        logger.info("this node's pods are in \(networks.map(\.description).joined(separator: ", "))")
        var prepared = self
        prepared.configuration.dataplane.localTraffic = .networks(networks)
        return prepared
    }
}
