import Glibc
package import Logging

/// Writes one line for each event to standard error: `2026-11-21T06:00:00.000Z info message key=value`.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]

    package init(level: Logger.Level) {
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        // One call, so that lines of several threads do not mix. Where nobody reads them, there is nobody to tell.
        let bytes = Array(line(for: event, at: .now).utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    func line(for event: LogEvent, at time: UTCTime) -> String {
        let metadata = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        // Whatever a message quotes, it stays on one line.
        let text = "\(event.message)\(pairs)".split(whereSeparator: \.isNewline).joined(separator: " ")
        return "\(time) \(event.level) \(text)\n"
    }
}
