import Foundation

/// What happens now.
func heading(_ text: String) { say("\n▸ \(text)") }

/// The result, and why.
func explain(_ text: String) { say("    \(text)") }

/// Writes a line immediately, even to a pipe.
private func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

func milliseconds(since start: ContinuousClock.Instant) -> String { milliseconds(from: start, to: .now) }

func milliseconds(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) -> String {
    let (seconds, attoseconds) = (end - start).components
    return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000) ms"
}
