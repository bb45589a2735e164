import DocumentAccess
import EndpointsController
import KubernetesAPI
import KubernetesObjects
import Logging

/// Keeps EndpointSlices and Endpoints: follows the objects, and writes what ``EndpointsCluster`` decides.
struct EndpointsLoop: Sendable {
    private static let resources: [EndpointsCluster.Kind: ResourceName] = [
        .service: .services, .pod: .pods, .node: .nodes, .slice: .endpointSlices, .endpoints: .endpoints,
    ]

    private let source: any DocumentSource
    private let writes: EndpointsWrites
    private let state: EndpointsState
    private let loop: WorkLoop<NamespacedName>
    private let metrics: ControllerMetrics
    private let logger: Logger

    init(
        source: any DocumentSource, writer: any DocumentWriter, limits: EndpointsCluster.Limits, workers: Int,
        writeLimit: WriteLimit, metrics: ControllerMetrics, logger: Logger
    ) {
        self.source = source
        self.logger = logger
        self.metrics = metrics
        state = EndpointsState(limits: limits)
        writes = EndpointsWrites(writer: writer, state: state, limit: writeLimit, metrics: metrics)
        loop = WorkLoop(WorkQueue(isOpen: false), workers: workers)
    }

    /// Runs until the task is cancelled.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (kind, resource) in Self.resources {
                group.addTask {
                    try await source.follow(resource) { news in await receive(news, kind) }
                }
            }
            group.addTask {
                try await loop.run { name in await look(at: name) }
            }
            while try await group.next() != nil {}
        }
    }

    private func receive(_ news: DocumentNews, _ kind: EndpointsCluster.Kind) async {
        switch news {
        case .page(let page):
            loop.add(await state.apply(page, of: kind, page.documents.map { EndpointsCluster.Change(kind, $0) }))
            if page.isLast, await state.isComplete {
                metrics.synchronized()
                loop.open()
            }
        case .changes(let changes):
            let changes = changes.map { change in
                switch change {
                case .set(let document): EndpointsCluster.Change(kind, document)
                case .removed(let document):
                    EndpointsCluster.Change.removed(
                        kind,
                        document.namespacedName, version: document.resourceVersion)
                }
            }
            loop.add(await state.apply(changes))
        }
    }

    private func look(at name: NamespacedName) async -> WorkLoop<NamespacedName>.Result {
        let decision = await state.decide(name)
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
