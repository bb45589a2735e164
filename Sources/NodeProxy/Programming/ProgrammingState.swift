package import Dataplane
package import InternetAddresses
package import KubernetesAPI
package import ServiceRouting

/// Decides what a data plane programs, and when. A plain value; the time is a parameter.
package struct ProgrammingState: Sendable {
    /// What to do next.
    package enum Step: Sendable, Hashable {
        /// Wait for changes, until the given instant at most.
        case wait(until: ContinuousClock.Instant?)
        /// Make the kernel hold exactly ``ProgrammingState/snapshot``.
        case synchronize
        case apply(RoutingChange)
    }

    private enum Standing: Sendable {
        /// The sources have not delivered the initial state. Programming a half-known cluster would break what an
        /// earlier process has programmed; the data plane can only prepare for these changes.
        case waiting([RoutingChange])
        /// The kernel's state is unknown: nothing has been programmed yet, or programming failed.
        case behind(retryAt: ContinuousClock.Instant?)
        /// The kernel holds everything except this change.
        case current(RoutingChange)
    }

    private var table: RoutingTable
    private var standing = Standing.waiting([])
    private var backoff = RetryBackoff()
    private let guessesAddresses: Bool

    /// `machineAddresses` are all addresses that the machine has.
    package init(configuration: RoutingConfiguration, machineAddresses: [IPAddress]) {
        table = RoutingTable(configuration: configuration, machineAddresses: machineAddresses)
        guessesAddresses = configuration.nodePorts.extent.includesPrimary
    }

    /// Where node ports are open.
    package var nodePorts: NodePortAddresses { table.nodePorts }

    /// Whether the machine's addresses are used because the Node's are unknown.
    package var guessesNodeAddresses: Bool { guessesAddresses && !table.knowsNodeAddresses }

    /// Whether everything has been programmed at least once.
    package var hasProgrammed: Bool { if case .current = standing { true } else { false } }

    private var isWaiting: Bool { if case .waiting = standing { true } else { false } }

    /// Everything that the kernel should hold.
    package var snapshot: RoutingSnapshot { table.snapshot }

    /// Applies changes from the sources; `isSynchronized` says whether the initial state is complete. Returns what
    /// cannot be routed as its author wanted.
    package mutating func take(_ changes: [ObjectChange], isSynchronized: Bool) -> [RoutingProblem] {
        if isWaiting, isSynchronized { standing = .behind(retryAt: nil) }
        return follow(table.apply(changes, isComplete: isSynchronized))
    }

    /// Applies the machine's current addresses. Returns what cannot be routed as its author wanted.
    package mutating func take(machineAddresses: [IPAddress]) -> [RoutingProblem] {
        follow(table.apply([], machineAddresses: machineAddresses, isComplete: !isWaiting))
    }

    private mutating func follow(_ change: RoutingChange) -> [RoutingProblem] {
        switch standing {
        case .waiting(let earlier): standing = .waiting(earlier + [change])
        // The next attempt is made from the table.
        case .behind: break
        case .current(var pending):
            pending.merge(change)
            standing = .current(pending)
        }
        return change.problems
    }

    /// What a data plane can prepare for while the initial state is incomplete, each change once, in order.
    package mutating func takeForeseen() -> [RoutingChange] {
        guard case .waiting(let changes) = standing else { return [] }
        standing = .waiting([])
        return changes
    }

    package func step(at now: ContinuousClock.Instant) -> Step {
        switch standing {
        case .waiting: .wait(until: nil)
        case .behind(let retryAt?) where retryAt > now: .wait(until: retryAt)
        case .behind: .synchronize
        case .current(let change): change.isEmpty ? .wait(until: nil) : .apply(change)
        }
    }

    package mutating func succeeded() {
        standing = .current(RoutingChange())
        backoff = RetryBackoff()
    }

    /// After a failure the kernel's state is unknown. Returns the pause before the next full comparison.
    package mutating func failed(_ error: DataplaneError, at now: ContinuousClock.Instant) -> Duration {
        let pause = backoff.failed(isRetryable: error.isRetryable)
        standing = .behind(retryAt: now + pause)
        return pause
    }
}
