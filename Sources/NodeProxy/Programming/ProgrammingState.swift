package import Dataplane
package import InternetAddresses
package import KubernetesAPI
package import ServiceRouting

/// Decides what a data plane is told, and when. A plain value; the time is a parameter.
package struct ProgrammingState: Sendable {
    /// What to do next.
    package enum Step: Sendable, Hashable {
        /// Wait for changes, but no longer than until the instant.
        case wait(until: ContinuousClock.Instant?)
        /// Make the kernel hold ``ProgrammingState/snapshot`` and nothing else.
        case synchronize
        case apply(RoutingChange)
    }

    private enum Standing: Sendable {
        /// The sources have not told everything yet. What a half-known cluster would lead to must not be programmed: it
        /// would cut off what an earlier process has left.
        case waiting
        /// It is not known what the kernel holds: nothing was programmed yet, or programming failed.
        case behind(retryAt: ContinuousClock.Instant?)
        /// The kernel holds everything save this change.
        case current(RoutingChange)
    }

    private var table: RoutingTable
    private var standing = Standing.waiting
    private var backoff = RetryBackoff()
    private let guessesAddresses: Bool

    /// `machineAddresses` are all addresses that the machine has.
    package init(configuration: RoutingConfiguration, machineAddresses: [IPAddress]) {
        table = RoutingTable(configuration: configuration, machineAddresses: machineAddresses)
        guessesAddresses = configuration.nodePorts.extent.includesPrimary
    }

    /// Where node ports are open.
    package var nodePorts: NodePortAddresses { table.nodePorts }

    /// Whether the machine's addresses stand in for those that the Node does not tell.
    package var guessesNodeAddresses: Bool { guessesAddresses && !table.knowsNodeAddresses }

    /// Whether the kernel holds everything that was known at some time.
    package var hasProgrammed: Bool { if case .current = standing { true } else { false } }

    /// Everything that the kernel is to hold.
    package var snapshot: RoutingSnapshot { table.snapshot }

    /// Takes in what the sources have told, and whether this is all that they knew at their start. Returns what cannot
    /// be routed as its author wanted.
    package mutating func take(_ changes: [ObjectChange], isSynchronized: Bool) -> [RoutingProblem] {
        if case .waiting = standing, isSynchronized { standing = .behind(retryAt: nil) }
        return follow(table.apply(changes))
    }

    /// Takes in the addresses that the machine has now. Returns what cannot be routed as its author wanted.
    package mutating func take(machineAddresses: [IPAddress]) -> [RoutingProblem] {
        follow(table.apply([], machineAddresses: machineAddresses))
    }

    private mutating func follow(_ change: RoutingChange) -> [RoutingProblem] {
        switch standing {
        // The next attempt is made from the table.
        case .waiting, .behind: break
        case .current(var pending):
            pending.merge(change)
            standing = .current(pending)
        }
        return change.problems
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

    /// After a failure nobody knows what the kernel holds. Returns the pause before everything is compared anew.
    package mutating func failed(_ error: DataplaneError, at now: ContinuousClock.Instant) -> Duration {
        let pause = backoff.failed(isRetryable: error.isRetryable)
        standing = .behind(retryAt: now + pause)
        return pause
    }
}
