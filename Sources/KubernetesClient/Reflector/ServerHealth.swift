/// What the reflectors of one client know about their server. A plain value: the drivers share one, and a simulation
/// can hold thousands.
struct ServerHealth: Sendable {
    /// When the server last answered, even if only to refuse a request.
    private(set) var answeredAt: ContinuousClock.Instant?
    /// When a reflector will next try a server that refused connections.
    private(set) var nextLook: ContinuousClock.Instant?

    mutating func answered(at now: ContinuousClock.Instant) {
        answeredAt = now
        nextLook = nil
    }

    /// Claims the next attempt on a server that refuses connections. One reflector at a time is enough: returns false
    /// while another reflector's attempt is due.
    mutating func takeLook(after delay: Duration, at now: ContinuousClock.Instant) -> Bool {
        if let nextLook, nextLook > now { return false }
        nextLook = now.advanced(by: delay)
        return true
    }
}
