import FolderWatching
import KubernetesAPI
import Logging
import ObjectSource

/// The loop of a ``ManifestSource``: reads the folder, posts changes, waits. Runs on its own thread.
struct ManifestLoop: ~Copyable {
    /// Milliseconds without a further change before files are read, so that related changes are read together and a
    /// file that is being written is usually complete.
    private static let silence: Int32 = 5
    /// The maximum number of such waits in a row while changes keep coming.
    private static let patience = 6
    /// Milliseconds after which the folder is read regardless: inotify reports neither writes through links nor those
    /// on network file systems.
    private static let interval: Int32 = 5_000
    /// Milliseconds between checks for a folder that has vanished.
    private static let missingInterval: Int32 = 200

    private let folder: ManifestFolder
    private let kinds: Set<ObjectKind>
    private let logger: Logger
    private let inbox: ObjectInbox
    private var watch: FolderWatch
    private var state: ManifestState
    private var stamps: [String: FileStamp] = [:]
    private var trouble: String?

    init(
        folder: ManifestFolder, kinds: Set<ObjectKind>, wakeUp: WakeUp, logger: Logger, inbox: ObjectInbox
    ) throws(ManifestSourceError) {
        self.folder = folder
        self.kinds = kinds
        self.logger = logger
        self.inbox = inbox
        do throws(FolderWatchError) {
            watch = try FolderWatch(wakeUp: wakeUp)
        } catch {
            throw ManifestSourceError(error)
        }
        state = ManifestState(folder: folder.path, kinds: kinds)
    }

    /// Returns when woken up.
    mutating func run() throws(ManifestSourceError) {
        try watchFolder()
        apply(try folder.list(), reread: [])
        for kind in kinds { inbox.markSynchronized(kind) }
        while let reread = nextChange() { look(reread: reread) }
    }

    private mutating func watchFolder() throws(ManifestSourceError) {
        do throws(FolderWatchError) {
            try watch.watch(folder.path)
        } catch {
            throw ManifestSourceError(error)
        }
    }

    /// The files to read again even if their stamps are the same; `nil` when woken up.
    private func nextChange() -> Set<String>? {
        while true {
            switch watch.wait(milliseconds: trouble == nil ? Self.interval : Self.missingInterval) {
            case .wokenUp:
                return nil
            case .timeout:
                return []
            case .changed(var names, var all):
                var rounds = 0
                while rounds < Self.patience,
                    case .changed(let more, let moreAll) = watch.wait(milliseconds: Self.silence)
                {
                    names.formUnion(more)
                    all = all || moreAll
                    rounds += 1
                }
                names = names.filter(folder.concerns)
                if !names.isEmpty || all { return names }
            }
        }
    }

    private mutating func look(reread: Set<String>) {
        do throws(ManifestSourceError) {
            // Another folder may now have its name.
            try watchFolder()
            apply(try folder.list(), reread: reread)
            if trouble != nil { logger.notice("the manifests in \(folder.path) can be read again") }
            trouble = nil
        } catch {
            guard trouble != error.message else { return }
            trouble = error.message
            logger.warning("\(error.message) — what was programmed stays in force")
        }
    }

    private mutating func apply(_ listing: [String: FileStamp], reread: Set<String>) {
        for name in Set(state.fileNames).union(stamps.keys) where listing[name] == nil { state.remove(file: name) }
        for (name, stamp) in listing where stamps[name] != stamp || reread.contains(name) {
            state.read(name, in: folder)
        }
        stamps = listing
        tell(state.settle())
    }

    private func tell(_ settlement: ManifestState.Settlement) {
        for problem in settlement.problems { logger.error("\(problem)") }
        for ignored in settlement.ignored {
            logger.debug("\(ignored) is ignored: nothing here reads this kind")
        }
        guard !settlement.changes.isEmpty else { return }
        logger.info("manifests in \(folder.path) changed \(settlement.changes.count) objects")
        inbox.post(settlement.changes)
    }
}
