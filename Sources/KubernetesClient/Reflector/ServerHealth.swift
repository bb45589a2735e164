/// What the reflectors of one client know together of their server. A plain value: the drivers share it, and a
/// simulation can hold thousands.
struct ServerHealth: Sendable {
    /// When the server last answered, if only to refuse a request.
    private(set) var answeredAt: ContinuousClock.Instant?
    /// When one of the reflectors will see whether a server that refused connections is back.
    private(set) var nextLook: ContinuousClock.Instant?

    mutating func answered(at now: ContinuousClock.Instant) {
        answeredAt = now
        nextLook = nil
    }

    /// Takes on the next look at a server that refuses connections. One reflector at a time is enough: false while
    /// another has one before it.
    mutating func takeLook(after delay: Duration, at now: ContinuousClock.Instant) -> Bool {
        if let nextLook, nextLook > now { return false }
        nextLook = now.advanced(by: delay)
        return true
    }
}
