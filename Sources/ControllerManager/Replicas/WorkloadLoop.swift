import DocumentAccess
import Foundation
import KubernetesAPI
import KubernetesObjects
import Logging
import ReplicaController

/// Keeps the Pods of ReplicaSets and the ReplicaSets of Deployments.
struct WorkloadLoop: Sendable {
    private static let resources: [WorkloadCluster.Kind: ResourceName] = [
        .deployment: .deployments, .replicaSet: .replicaSets, .pod: .pods,
    ]

    private let source: any DocumentSource
    private let writes: WorkloadWrites
    private let state = WorkloadState()
    private let loop: WorkLoop<WorkloadCluster.Key>
    private let logger: Logger

    init(
        source: any DocumentSource, writer: any DocumentWriter, workers: Int, writeLimit: WriteLimit, logger: Logger
    ) {
        self.source = source
        self.logger = logger
        loop = WorkLoop(WorkQueue(isOpen: false), workers: workers)
        writes = WorkloadWrites(writer: writer, limit: writeLimit)
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
                try await loop.run { key in await look(at: key) }
            }
            while try await group.next() != nil {}
        }
    }

    private func receive(_ news: DocumentNews, _ kind: WorkloadCluster.Kind) async {
        switch news {
        case .page(let page):
            loop.add(await state.apply(page, of: kind))
            if page.isLast, await state.isComplete { loop.open() }
        case .changes(let changes):
            for change in changes {
                switch change {
                case .set(let document): loop.add(await state.set(kind, [document]))
                case .removed(let document): loop.add(await state.remove(kind, document))
                }
            }
        }
    }

    private func look(at key: WorkloadCluster.Key) async -> WorkLoop<WorkloadCluster.Key>.Result {
        let now = Int64(Date().timeIntervalSince1970)
        let decision = await state.decide(key, now: now)
        if let time = decision.lookAgainAt {
            loop.postpone(key, until: .now + .seconds(max(1, time - now)))
        }
        for write in decision.writes {
            do {
                loop.add(try await carryOut(write))
            } catch {
                guard !Task.isCancelled else { return .finished }
                return .failed { [logger] delay in
                    if (error as? APIStatus)?.code == 409 {
                        logger.debug("\(key): \(error)")
                    } else {
                        logger.warning("\(key): \(error); next try in \(delay / .seconds(1)) s")
                    }
                }
            }
        }
        return .finished
    }

    /// - Returns: what has to be looked at because of it.
    private func carryOut(_ write: WorkloadWrite) async throws -> Set<WorkloadCluster.Key> {
        switch try await writes.carryOut(write) {
        case .set(let kind, let document): await state.set(kind, [document])
        case .deleted(let pod):
            await deleted(pod)
        case .nothing: []
        }
    }

    private func deleted(_ pod: WorkloadPod) async -> Set<WorkloadCluster.Key> {
        await state.wroteDeletion(of: pod)
        return []
    }
}
