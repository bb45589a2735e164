/// Whether the node's Services work, for load balancers and kubelet. A plain value; the time is a parameter.
package struct HealthState: Sendable, Hashable {
    /// How long an update or a repair may be pending before the node counts as unhealthy: twice the sync
    /// period, as in kube-proxy.
    package var patience = Duration.seconds(60)

    /// Whether the Node stays in the cluster: neither being deleted nor about to be removed by the autoscaler.
    package var isNodeEligible = true
    /// Whether the node can send from its own addresses.
    package var areAddressesUsable = true
    /// When the kernel was last brought up to date; `nil` before the first time.
    package private(set) var lastProgrammed: ContinuousClock.Instant?
    private var oldestPending: ContinuousClock.Instant?
    /// Since when damage by others could not be repaired.
    private var damagedSince: ContinuousClock.Instant?

    package init() {}

    /// A change arrived at `instant` that is not programmed yet.
    package mutating func queued(at instant: ContinuousClock.Instant) {
        oldestPending = oldestPending ?? instant
    }

    /// The kernel holds everything that is known.
    package mutating func programmed(at instant: ContinuousClock.Instant) {
        lastProgrammed = instant
        oldestPending = nil
        damagedSince = nil
    }

    /// Damage was found at `instant` and could not be repaired.
    package mutating func repairFailed(at instant: ContinuousClock.Instant) {
        damagedSince = damagedSince ?? instant
    }

    /// Nothing is damaged.
    package mutating func repaired() { damagedSince = nil }

    /// Whether programming makes progress. If not, a restart may help; it does not help while a server is unreachable,
    /// so waiting for the first objects counts as healthy.
    package func isAlive(at now: ContinuousClock.Instant) -> Bool {
        [oldestPending, damagedSince].compactMap(\.self).allSatisfy { $0.duration(to: now) <= patience }
    }

    /// Whether everything has been programmed once, and nothing has been pending for too long since.
    package func isProgramming(at now: ContinuousClock.Instant) -> Bool { lastProgrammed != nil && isAlive(at: now) }

    /// Whether connections that arrive here are served properly, and should be sent here.
    package func isHealthy(at now: ContinuousClock.Instant) -> Bool {
        isProgramming(at: now) && isNodeEligible && areAddressesUsable
    }
}
