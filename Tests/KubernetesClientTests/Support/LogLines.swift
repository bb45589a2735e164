import Logging
import Synchronization

/// Keeps the lines of a logger for a test to read, or to wait for.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    private let news: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation

    init() { (news, continuation) = AsyncStream.makeStream() }

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(log: self) }
    }

    /// The next line that contains `text`; to be called by one task.
    func line(with text: String) async throws -> String {
        for await line in news where line.contains(text) { return line }
        throw CancellationError()
    }

    private func append(_ line: String) {
        lines.withLock { $0.append(line) }
        continuation.yield(line)
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
