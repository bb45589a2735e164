import FoundationEssentials
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
        // One call, so that lines from several threads do not mix. If standard error is closed, the line is lost.
        let bytes = Array(line(for: event, at: .now).utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    func line(for event: LogEvent, at time: Date) -> String {
        let metadata = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let pairs = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        // A message stays on one line, whatever it quotes.
        let text = "\(event.message)\(pairs)".split(whereSeparator: \.isNewline).joined(separator: " ")
        return "\(time.rfc3339) \(event.level) \(text)\n"
    }
}

extension Logger.Level {
    /// The level for `-v N`, on klog's scale: reasons and details from 2, everything from 6.
    package init(verbosity: Int) {
        self = verbosity >= 6 ? .trace : verbosity >= 2 ? .debug : .info
    }
}
