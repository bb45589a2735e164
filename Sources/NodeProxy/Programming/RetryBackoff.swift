/// How long to wait before the next attempt: 0.1 s, then twice as long after each failure, 30 s at most.
package struct RetryBackoff: Sendable, Hashable {
    package static let first = Duration.milliseconds(100)
    package static let longest = Duration.seconds(30)

    private var next = first

    package init() {}

    /// The pause after another failure; the longest at once if waiting does not help.
    package mutating func failed(isRetryable: Bool) -> Duration {
        guard isRetryable else { return Self.longest }
        defer { next = min(next * 2, Self.longest) }
        return next
    }
}
