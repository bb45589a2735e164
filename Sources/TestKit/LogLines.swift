package import Logging
import Synchronization

/// Captures log lines for a test to read or wait for.
package final class LogLines: Sendable {
    private struct State {
        var lines: [String] = []
        /// Lines that ``line(with:)`` has already passed.
        var passed = 0
    }

    private let state = Mutex(State())
    /// An element means that there are new lines; one covers any number.
    private let news = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// An empty log.
    package init() {}

    /// All lines so far, as `warning: message`.
    package var all: [String] { state.withLock { $0.lines } }

    /// A logger of every level that writes here; its metadata is not kept.
    package var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    /// Whether a line contains `text`.
    package func contains(_ text: String) -> Bool { all.contains { $0.contains(text) } }

    /// Waits for the next line that contains `text`, and skips those before it. Only one task may wait at a time.
    ///
    /// Throws `CancellationError` when the task is cancelled.
    package func line(with text: String) async throws -> String {
        if let line = pass(upTo: text) { return line }
        for await _ in news.stream {
            if let line = pass(upTo: text) { return line }
        }
        throw CancellationError()
    }

    private func pass(upTo text: String) -> String? {
        state.withLock { state in
            while state.passed < state.lines.count {
                defer { state.passed += 1 }
                if state.lines[state.passed].contains(text) { return state.lines[state.passed] }
            }
            return nil
        }
    }

    private func append(_ line: String) {
        state.withLock { $0.lines.append(line) }
        news.continuation.yield()
    }

    private struct Handler: LogHandler {
        let log: LogLines
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { log.append("\(event.level): \(event.message)") }
    }
}

extension Logger {
    /// A logger that writes nowhere.
    package static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
