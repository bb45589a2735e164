import FolderWatching
import Foundation
package import KubernetesAPI
package import Logging
package import ObjectSource

/// Objects from a folder of YAML and JSON files, or from one such file.
///
/// An edit takes effect within a tenth of a second. An invalid file is reported with file, line and field, and its
/// previous contents stay in force.
package struct ManifestSource: ObjectSource {
    private let path: String
    private let kinds: Set<ObjectKind>
    private let logger: Logger

    /// A source of `kinds` in the folder or file at `path`. Subfolders and hidden files are not read.
    package init(path: String, kinds: Set<ObjectKind>, logger: Logger) {
        self.path = path
        self.kinds = kinds
        self.logger = logger
    }

    /// Throws ``ManifestSourceError`` if there is nothing at the path at the start; if a folder vanishes
    /// later, waits for it.
    package func run(into inbox: ObjectInbox) async throws {
        let folder = try ManifestFolder(at: path)
        let wakeUp = try WakeUp()
        let (kinds, logger) = (kinds, logger)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                // Reading files and waiting for changes block, so they get their own thread: the
                // cooperative pool has few.
                let thread = Thread {
                    continuation.resume(
                        with: Result {
                            var loop = try ManifestLoop(
                                folder: folder, kinds: kinds, wakeUp: wakeUp, logger: logger, inbox: inbox)
                            try loop.run()
                        })
                }
                thread.name = "manifests"
                thread.start()
            }
        } onCancel: {
            wakeUp.signal()
        }
    }

    /// Reads all objects of `kinds` at `path` once: what would be served, in no particular order, and the problems.
    ///
    /// Blocks; throws ``ManifestSourceError`` if there is nothing at the path.
    package static func read(
        path: String, kinds: Set<ObjectKind> = Set(ObjectKind.allCases)
    ) throws -> (objects: [KubernetesObject], problems: [ManifestProblem]) {
        let folder = try ManifestFolder(at: path)
        var state = ManifestState(folder: folder.path, kinds: kinds)
        for name in try folder.list().keys { state.read(name, in: folder) }
        let settlement = state.settle()
        let objects = settlement.changes.compactMap { change in
            if case .set(let object) = change { object } else { nil }
        }
        return (objects, settlement.problems)
    }
}
