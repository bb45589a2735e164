/// A proxy running on this node, as seen by the system and by itself.
package struct ProxyFacts: Sendable, Hashable {
    package enum Health: Sendable, Hashable {
        /// The answer of `/healthz`: its status, and how long ago the proxy last programmed, in seconds; if it is not
        /// healthy, how long ago the kernel last held everything.
        case answered(status: Int, secondsSinceProgramming: Double?)
        /// It programs, and reports this node as one that load balancers must leave out, because it is being deleted.
        case nodeLeaving
        /// No answer in time.
        case silent
        /// Nothing listens there.
        case refused
        /// Its health endpoint is turned off.
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
    /// How many seconds a change has been waiting to be programmed, from its metrics; `nil` for none.
    package var secondsPending: Double?

    /// Whether it runs and answers, as far as it can be asked.
    var isAtWork: Bool { !isStopped && health != .silent }

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
