import DocumentAccess
import Foundation
import KubernetesAPI
import KubernetesObjects
import Logging
import ReplicaController

/// Maintains the Pods of ReplicaSets and the ReplicaSets of Deployments: writes the decisions of ``WorkloadCluster``.
struct WorkloadLoop: Sendable {
    private let loop: ControllerLoop<WorkloadCluster>
    private let writes: WorkloadWrites
    private let logger: Logger

    init(
        source: any DocumentSource, writer: any DocumentWriter, workers: Int, writeLimit: WriteLimit, logger: Logger
    ) {
        loop = ControllerLoop(WorkloadCluster(), source: source, workers: workers)
        writes = WorkloadWrites(writer: writer, limit: writeLimit)
        self.logger = logger
    }

    /// Runs until the task is cancelled.
    func run() async throws {
        try await loop.run(look: { key in await look(at: key) })
    }

    private func look(at key: WorkloadCluster.Key) async -> WorkLoop<WorkloadCluster.Key>.Result {
        let now = Int64(Date().timeIntervalSince1970)
        let decision = await loop.state.with { $0.decide(key, now: now) }
        if let time = decision.lookAgainAt {
            loop.work.postpone(key, until: .now + .seconds(max(1, time - now)))
        }
        for write in decision.writes {
            do {
                try await carryOut(write)
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

    private func carryOut(_ write: WorkloadWrite) async throws {
        switch try await writes.carryOut(write) {
        case .set(let kind, let document): loop.work.add(await loop.state.apply([.set(kind, document)]))
        case .deleted(let pod): await loop.state.with { $0.wroteDeletion(of: pod) }
        case .nothing: break
        }
    }
}
