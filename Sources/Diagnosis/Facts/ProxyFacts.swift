/// A proxy that runs on this node, as the system and the proxy itself tell of it.
package struct ProxyFacts: Sendable, Hashable {
    package enum Health: Sendable, Hashable {
        /// The answer of `/healthz`: its status, and how long ago the kernel last held everything, in seconds.
        case answered(status: Int, secondsSinceProgramming: Double?)
        /// Nothing came in time.
        case silent
        /// Nobody listens there.
        case refused
        /// It is told to serve no health.
        case notServed
    }

    /// `servicelet` or `kube-proxy`.
    package var program: String
    package var pid: Int32
    /// `nftables`, `iptables`, `ipvs` or `userspace`.
    package var mode: String
    /// Whether it is stopped by a signal, or a zombie.
    package var isStopped: Bool
    package var health: Health
    /// The address of its health endpoint, for messages.
    package var healthAddress: String
    /// For how many seconds a change has been waiting to be programmed, as its metrics say; `nil` for none.
    package var secondsPending: Double?

    package init(
        program: String, pid: Int32, mode: String, isStopped: Bool = false, health: Health,
        healthAddress: String = "127.0.0.1:10256", secondsPending: Double? = nil
    ) {
        self.program = program
        self.pid = pid
        self.mode = mode
        self.isStopped = isStopped
        self.health = health
        self.healthAddress = healthAddress
        self.secondsPending = secondsPending
    }
}
