import BlockingThreads
import FolderWatching

/// Detects changes of the configuration file since the start.
///
/// As with kube-proxy, the program then exits and its supervisor restarts it with the new configuration. Here this also
/// works for a ConfigMap mounted as a folder, where kubelet replaces a link beside the file.
package struct ConfigurationWatch: Sendable {
    /// Milliseconds after which the file is read regardless: inotify does not cover network file systems.
    private static let interval: Int32 = 5_000
    /// Milliseconds that a writer gets to finish.
    private static let silence: Int32 = 50

    private let path: String
    private let text: String

    /// - Parameters:
    ///   - path: The file.
    ///   - text: Its contents at the start.
    package init(_ path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// Runs until the task is cancelled. Throws ``ConfigurationError`` with code `file` when the file has changed. A
    /// missing file is not a change; one that cannot be watched is an error.
    package func run() async throws {
        let wakeUp = try WakeUp()
        let (outcomes, continuation) = AsyncStream.makeStream(
            of: Result<Bool, FolderWatchError>.self, bufferingPolicy: .bufferingOldest(1))
        // Waiting and reading block.
        try OwnedThread.start(name: "configuration") {
            continuation.yield(Result { () throws(FolderWatchError) in try waitForChange(wakeUp) })
            continuation.finish()
        }
        let hasChanged = try await withTaskCancellationHandler {
            try await outcomes.first { _ in true }?.get() ?? false
        } onCancel: {
            wakeUp.signal()
        }
        guard hasChanged else { return }
        throw ConfigurationError(
            .file, "--config: \(path) has changed; exiting, so that the supervisor restarts it with the new contents")
    }

    /// Waits until the file's text differs, or for `wakeUp`.
    private func waitForChange(_ wakeUp: WakeUp) throws(FolderWatchError) -> Bool {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        var watch = try FolderWatch(wakeUp: wakeUp)
        while true {
            // The folder may have been replaced, or be missing for a while.
            do throws(FolderWatchError) {
                try watch.watch(folder)
            } catch {
                guard error.code == .notFound else { throw error }
            }
            if isOther() { return true }
            switch watch.wait(milliseconds: Self.interval) {
            case .wokenUp: return false
            case .timeout: break
            case .changed: if watch.wait(milliseconds: Self.silence) == .wokenUp { return false }
            }
        }
    }

    private func isOther() -> Bool {
        do throws(ConfigurationError) {
            return try Invocation.read(path) != text
        } catch {
            return false
        }
    }
}
