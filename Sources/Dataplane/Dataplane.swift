package import InternetAddresses
package import ServiceRouting

/// One way to carry connections to Services: nftables, iptables, IPVS, userspace.
///
/// A data plane owns its part of the kernel's state on this node and touches nothing else. It keeps its own
/// record of the routes. One task at a time calls it, except for ``repair()``, which may overlap other calls.
package protocol Dataplane: Sendable {
    /// Makes the kernel hold exactly the snapshot, regardless of its current state and of rules left by an earlier
    /// process. Only the difference is written, and connections keep working meanwhile.
    func synchronize(_ snapshot: RoutingSnapshot) async throws(DataplaneError) -> ProgrammingReport

    /// Does part of the first ``synchronize(_:)`` in advance, while the sources still deliver the initial state: the
    /// snapshot will probably agree with the change. No packet is treated differently, and after a failure
    /// ``synchronize(_:)`` does all of it. Does nothing after the first ``synchronize(_:)``.
    func prepare(_ change: RoutingChange) async

    /// Applies a change of routes. The cost depends on the change alone.
    func apply(_ change: RoutingChange) async throws(DataplaneError) -> ProgrammingReport

    /// Waits until another program has altered this data plane's state, and repairs it. Returns what it did, or `nil`
    /// when the task is cancelled.
    ///
    /// Before the first ``synchronize(_:)`` has succeeded nothing is known to be damage, and nothing is changed.
    func repair() async throws(DataplaneError) -> RepairReport?

    /// The traffic of each Service port, in no order; empty if the kernel carries it.
    var traffic: [ServiceTraffic] { get }

    /// If this process carries traffic itself: the addresses and ports of its sockets at which packets to each of these
    /// routes arrive, as connection tracking sees them. Routes without sockets are omitted. `nil` if the kernel
    /// translates packets to endpoints.
    func arrivals(of routes: Set<RouteKey>) -> [RouteKey: [Backend]]?

    /// How many TCP connections end when this process does, because it carries them itself.
    var carriedConnections: Int { get }

    /// The counters in the mode's rules, read from the kernel now; none if the mode or the kernel has no such counters.
    /// Blocks for a moment, but never waits for programming.
    func packetCounts() throws(DataplaneError) -> [PacketCounter: UInt64]
}

extension Dataplane {
    package var traffic: [ServiceTraffic] { [] }
    package var carriedConnections: Int { 0 }

    package func arrivals(of routes: Set<RouteKey>) -> [RouteKey: [Backend]]? { nil }

    package func packetCounts() throws(DataplaneError) -> [PacketCounter: UInt64] { [:] }

    package func prepare(_ change: RoutingChange) async {}
}

/// The effect of one call to a data plane.
package struct ProgrammingReport: Sendable, Hashable {
    /// Netlink messages or rule lines written; 0 if the kernel already held everything.
    package var messages: Int
    /// Bytes written.
    package var bytes: Int
    /// Routes that the kernel refused, and why; everything else is in force.
    package var refusals: [Refusal]
    /// IP families of routes that the machine lacks, so that none of their routes is in force, and why.
    package var absences: [IPFamily: String] = [:]
    /// The rules in each written table of each family, if the mode writes rules.
    package var ruleCounts: [RuleCount] = []

    package struct Refusal: Sendable, Hashable {
        package var route: RouteKey
        package var reason: String

        package init(route: RouteKey, reason: String) {
            self.route = route
            self.reason = reason
        }
    }

    package init(messages: Int = 0, bytes: Int = 0, refusals: [Refusal] = []) {
        self.messages = messages
        self.bytes = bytes
        self.refusals = refusals
    }
}

/// What was wrong with the kernel's state, and which process caused it.
package struct RepairReport: Sendable, Hashable {
    /// What was missing or foreign, in a few words each: `table ip servicelet`, `2 elements of map services`.
    package var damage: [String]
    /// The process that caused it, as the kernel names it: `nft (pid 4711)`; `nil` if unknown.
    package var culprit: String?
    package var written: ProgrammingReport

    package init(damage: [String], culprit: String?, written: ProgrammingReport) {
        self.damage = damage
        self.culprit = culprit
        self.written = written
    }
}

/// Why a call to a data plane failed.
package struct DataplaneError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// Root or CAP_NET_ADMIN is missing.
        case permission
        /// The kernel lacks something that the mode needs.
        case unsupported
        /// The kernel or a program refused, for a reason that may pass.
        case transient
        /// The kernel or a program refused permanently.
        case refused
    }

    package var code: Code
    /// What failed, why, and what to do.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Whether the same call may succeed later.
    package var isRetryable: Bool { code == .transient }

    package var description: String { message }
}
