import Logging
import Synchronization

/// Keeps the lines of a logger for a test to wait for.
final class LogLines: Sendable {
    private let lines = AsyncStream.makeStream(of: String.self)

    var logger: Logger { Logger(label: "test") { _ in Handler(continuation: self.lines.continuation) } }

    /// The next line that contains `text`; those before it are dropped. To be used by one task.
    func line(with text: String) async throws -> String {
        for await line in lines.stream where line.contains(text) { return line }
        throw CancellationError()
    }

    private struct Handler: LogHandler {
        let continuation: AsyncStream<String>.Continuation
        var logLevel = Logger.Level.debug
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { continuation.yield("\(event.level): \(event.message)") }
    }
}
