import DaemonKit
import Glibc

/// A daemon for tests, which prints when its parts begin and end.
///
/// With the argument `stubborn` the last part does not end when it is cancelled; with `broken` it throws at once.
@main
enum DaemonFixture {
    private struct Broken: Error {}

    static func main() async throws {
        let arguments = CommandLine.arguments
        try await Daemon.run([
            Daemon.Part("first") { try await live("first") },
            Daemon.Part("brief") { say("brief ends") },
            Daemon.Part("second") { try await live("second") },
            Daemon.Part("third") {
                if arguments.contains("broken") { throw Broken() }
                if arguments.contains("stubborn") { await resist() }
            },
        ])
        say("all parts have ended")
    }

    private static func live(_ name: String) async throws {
        say("\(name) begins")
        defer { say("\(name) ends") }
        try await Task.sleep(for: .seconds(600))
    }

    /// Waits forever, even if cancelled.
    private static func resist() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in say("third begins") }
        } onCancel: {
            say("third does not end")
        }
    }

    /// Prints a line immediately, unbuffered.
    private static func say(_ text: String) {
        let bytes = Array("\(text)\n".utf8)
        _ = write(STDOUT_FILENO, bytes, bytes.count)
    }
}
