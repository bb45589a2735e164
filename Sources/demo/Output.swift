func heading(_ text: String) { print("\n▸ \(text)") }

func explain(_ text: String) { print("    \(text)") }

func milliseconds(since start: ContinuousClock.Instant) -> String { milliseconds(from: start, to: .now) }

func milliseconds(from start: ContinuousClock.Instant, to end: ContinuousClock.Instant) -> String {
    let (seconds, attoseconds) = (end - start).components
    return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000) ms"
}
