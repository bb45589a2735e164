package import Dataplane
import FoundationEssentials
package import InternetAddresses
package import Logging
package import Mailboxes
package import ObjectSource
package import ServiceRouting
import Synchronization

/// Carries changes from the sources to the kernel: ``ProgrammingState`` decides, the loop calls the data plane and
/// reports the results.
package struct ProgrammingLoop<Time: Clock>: Sendable where Time.Instant == ContinuousClock.Instant {
    private let expectsNode: Bool
    private let inbox: ObjectInbox
    private let dataplane: any Dataplane
    private let status: ProxyStatus
    private let clock: Time
    private let logger: Logger
    private var state: ProgrammingState
    private var node: NodeView
    private var toldOfNode: String?
    private var toldOfAbsences: [IPFamily: String] = [:]
    private let wake: Wake
    private let addresses: Mailbox<[IPAddress]?>
    private let minimumInterval: Duration
    /// The earliest start of the next programming.
    private var restsUntil: ContinuousClock.Instant?

    /// `machineAddresses` are the machine's current addresses; `addresses` delivers later ones. `expectsNode` says
    /// whether a missing Node is a mistake. `minimumInterval` is the minimum time between two programmings. `wake` is
    /// notified of everything programmed, immediately.
    package init(
        routing: RoutingConfiguration, expectsNode: Bool, machineAddresses: [IPAddress],
        addresses: Mailbox<[IPAddress]?> = Mailbox(nil), minimumInterval: Duration = .zero, inbox: ObjectInbox,
        dataplane: any Dataplane, wake: Wake = Wake(), status: ProxyStatus, clock: Time, logger: Logger
    ) {
        self.wake = wake
        self.addresses = addresses
        self.minimumInterval = minimumInterval
        self.expectsNode = expectsNode
        self.inbox = inbox
        self.dataplane = dataplane
        self.status = status
        self.clock = clock
        self.logger = logger
        state = ProgrammingState(configuration: routing, machineAddresses: machineAddresses)
        node = NodeView(name: routing.nodeName)
    }

    /// Runs until the task is cancelled. Throws `DataplaneError` only if the mode cannot work on this machine.
    package consuming func run() async throws {
        var loop = self
        while !Task.isCancelled {
            switch loop.state.step(at: loop.clock.now) {
            case .wait(let deadline):
                // Changes that arrive meanwhile are merged; the first one after a quiet time is programmed at once.
                if let rest = loop.restsUntil, rest > loop.clock.now {
                    try await loop.clock.sleep(until: rest, tolerance: nil)
                }
                for input in await loop.nextInputs(until: deadline) { loop.take(input) }
            case .synchronize:
                loop.logNode()
                loop.wake.foreseen.post { $0.end() }
                let snapshot = loop.state.snapshot
                try await loop.program(.full) { dataplane throws(DataplaneError) in
                    try await dataplane.synchronize(snapshot)
                } summary: {
                    ProgrammingSummary.text(synchronized: snapshot.routes, $0, in: $1)
                } inForce: { [status = loop.status, dataplane = loop.dataplane] wake in
                    wake.programmed(snapshot, by: dataplane)
                    let shortages = LocalShortages(snapshot)
                    status.metrics.withLock { $0.shortages = shortages }
                }
            case .apply(let change):
                let nodePorts = loop.state.nodePorts
                try await loop.program(.partial) { dataplane throws(DataplaneError) in
                    try await dataplane.apply(change)
                } summary: {
                    ProgrammingSummary.text(applied: change, $0, in: $1)
                } inForce: { [status = loop.status, dataplane = loop.dataplane] wake in
                    wake.programmed(change, nodePorts: nodePorts, by: dataplane)
                    status.metrics.withLock { $0.shortages.apply(change) }
                }
            }
        }
    }

    private enum Input: Sendable {
        case objects(ObjectInbox.Batch)
        case addresses([IPAddress])
        /// Somebody wants to know what is decided.
        case question
    }

    /// The next changes; none at the deadline and on cancellation.
    private func nextInputs(until deadline: ContinuousClock.Instant?) async -> [Input] {
        await withTaskGroup(of: Input?.self) { [inbox, addresses, wake, clock] group in
            group.addTask { await inbox.next().map(Input.objects) }
            group.addTask { await addresses.next { $0.take() }.map(Input.addresses) }
            group.addTask {
                await wake.decisions.next { if case .waiting = $0 { true } else { nil } }.map { _ in .question }
            }
            if let deadline {
                group.addTask {
                    // Waking early means cancellation, and then there is nothing to wait for either.
                    try? await clock.sleep(until: deadline, tolerance: nil)
                    return nil
                }
            }
            var inputs: [Input] = []
            for await input in group {
                // Changes that the other task took at the last moment are not lost.
                if let input { inputs.append(input) }
                group.cancelAll()
            }
            return inputs
        }
    }

    private mutating func take(_ input: Input) {
        switch input {
        case .objects(let batch): take(batch)
        case .addresses(let addresses):
            for problem in state.take(machineAddresses: addresses) { logger.warning("\(problem)") }
            postForeseen()
        case .question:
            let isInForce = state.hasProgrammed && state.step(at: clock.now) == .wait(until: nil)
            wake.decisions.post { [state] in $0 = .answered(isInForce ? state.snapshot : nil) }
        }
    }

    private mutating func take(_ batch: ObjectInbox.Batch) {
        let (wasEligible, podNetworks) = (node.isEligible, node.podNetworks)
        node.take(batch.changes)
        if node.podNetworks != podNetworks { wake.podNetworks.post { [new = node.podNetworks] in $0 = new } }
        if node.isEligible != wasEligible { logEligibility() }
        for problem in state.take(batch.changes, isSynchronized: batch.isSynchronized) { logger.warning("\(problem)") }
        postForeseen()
        let isPending = state.step(at: clock.now) != .wait(until: nil)
        let isCurrent = !isPending && state.hasProgrammed
        status.health.withLock { health in
            health.isNodeEligible = node.isEligible
            if isPending { health.queued(at: batch.oldest) }
        }
        status.metrics.withLock { metrics in
            metrics.count(batch.changes)
            if isPending { metrics.queued(at: .now) } else if isCurrent { metrics.settled(at: .now) }
        }
    }

    private mutating func postForeseen() {
        let changes = state.takeForeseen()
        guard !changes.isEmpty else { return }
        wake.foreseen.post { foreseen in for change in changes { foreseen.add(change) } }
    }

    private mutating func program(
        _ extent: ProxyMetrics.Extent,
        _ call: (any Dataplane) async throws(DataplaneError) -> ProgrammingReport,
        summary: (ProgrammingReport, Duration) -> String, inForce: (Wake) -> Void
    ) async throws(DataplaneError) {
        let start = clock.now
        do throws(DataplaneError) {
            let report = try await call(dataplane)
            let end = clock.now
            state.succeeded()
            if minimumInterval > .zero { restsUntil = start.advanced(by: minimumInterval) }
            inForce(wake)
            status.health.withLock { $0.programmed(at: end) }
            status.metrics.withLock { metrics in
                metrics.programmed(extent, in: start.duration(to: end), at: .now)
                metrics.wrote(report)
            }
            logger.log(level: extent == .full ? .info : .debug, "\(summary(report, start.duration(to: end)))")
            for refusal in report.refusals {
                logger.error("\(ProgrammingSummary.text(refusal))")
            }
            tell(report.absences)
        } catch {
            let hasProgrammed = status.health.withLock { $0.lastProgrammed != nil }
            guard error.code != .permission, error.code != .unsupported, !Task.isCancelled else { throw error }
            let pause = state.failed(error, at: clock.now)
            status.metrics.withLock { $0.failed(extent) }
            let consequence = hasProgrammed ? ", what worked before still does" : ""
            logger.error(
                "programming failed\(consequence); next attempt in \(Quantity.text(pause)): \(error)")
        }
    }

    /// Logs each missing IP family once.
    private mutating func tell(_ absences: [IPFamily: String]) {
        for (family, reason) in absences where toldOfAbsences[family] != reason {
            toldOfAbsences[family] = reason
            logger.warning("no Service is served over \(family): \(reason)")
        }
    }

    private mutating func logNode() {
        guard let missing = node.missing, missing != toldOfNode, state.guessesNodeAddresses else { return }
        toldOfNode = missing
        let addresses = state.nodePorts.addresses.map(\.description).joined(separator: ", ")
        let consequence =
            "node ports are open on the machine's own addresses, "
            + "\(addresses.isEmpty ? "of which there are none" : addresses)"
        if expectsNode || node.isMisnamed {
            logger.warning("\(missing): set --hostname-override if it has another name; until then \(consequence)")
        } else {
            logger.info("\(missing); \(consequence)")
        }
    }

    private func logEligibility() {
        if node.isEligible {
            logger.info("the Node stays: /healthz asks load balancers to send connections here again")
        } else {
            logger.warning("the Node is about to go: /healthz asks load balancers to send no more connections here")
        }
    }
}
