import DocumentAccess
import EndpointsController
import KubernetesAPI
import Logging

/// Maintains EndpointSlices and Endpoints: writes the decisions of ``EndpointsCluster``.
struct EndpointsLoop: Sendable {
    private let loop: ControllerLoop<EndpointsCluster>
    private let writes: EndpointsWrites
    private let metrics: ControllerMetrics
    private let logger: Logger

    init(
        source: any DocumentSource, writer: any DocumentWriter, limits: EndpointsCluster.Limits, workers: Int,
        writeLimit: WriteLimit, metrics: ControllerMetrics, logger: Logger
    ) {
        loop = ControllerLoop(EndpointsCluster(limits: limits), source: source, workers: workers)
        writes = EndpointsWrites(writer: writer, state: loop.state, limit: writeLimit, metrics: metrics)
        self.metrics = metrics
        self.logger = logger
    }

    /// Runs until the task is cancelled.
    func run() async throws {
        try await loop.run(onListed: { metrics.synchronized() }, look: { name in await look(at: name) })
    }

    private func look(at name: NamespacedName) async -> WorkLoop<NamespacedName>.Result {
        let decision = await loop.state.with { $0.decide(name) }
        for pod in decision.podsWithoutNode {
            logger.debug("\(name): Pod \(pod) is left out of EndpointSlices until its Node is there")
        }
        let failures = decision.isEmpty ? [] : await writes.carryOut(decision)
        metrics.synced(succeeded: failures.isEmpty)
        guard let first = failures.first, !Task.isCancelled else { return .finished }
        return .failed { [logger] delay in
            guard !first.isConflict else { return logger.debug("\(name): \(first)") }
            logger.warning(
                "Service \(name): \(first); clients may see former endpoints; next try in \(delay / .seconds(1)) s")
        }
    }
}
