import Dataplane
import Mailboxes
import NodeProxy
import Synchronization
import TestKit
import Testing

@Suite("The repair loop", .timeLimit(.minutes(10)))
struct RepairLoopTests {
    let dataplane = FakeDataplane()
    let status = ProxyStatus()
    let clock = SkippingClock()
    let log = LogLines()
    let wake = Wake()

    var loop: RepairLoop<SkippingClock> {
        RepairLoop(dataplane: dataplane, wake: wake, status: status, clock: clock, logger: log.logger)
    }

    /// Runs the loop after everything has been programmed.
    func whileRunning(_ body: @escaping @Sendable () async throws -> Void) async throws {
        wake.isInForce.post { $0 = true }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [loop] in try await loop.run() }
            try await body()
            group.cancelAll()
        }
    }

    @Test("nothing is repaired before everything has been programmed: an earlier process's rules are no damage")
    func notInForce() async {
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [loop] in try await loop.run() }
            // The task still runs up to its first wait.
            group.cancelAll()
        }
        #expect(dataplane.repairCalls.load(ordering: .relaxed) == 0)
    }

    @Test("a repair is logged with the damage, its cause, and its cost, and is counted")
    func repair() async throws {
        let written = ProgrammingReport(messages: 12, bytes: 1400)
        try await whileRunning {
            dataplane.breakAndRepair(
                .success(RepairReport(damage: ["table ip servicelet"], culprit: "nft (pid 4711)", written: written)))
            let line = try await log.line(with: "mended")
            #expect(
                line == "warning: nft (pid 4711) removed or altered table ip servicelet; mended (12 messages, 1.4 kB)")
            #expect(status.metrics.withLock { $0.repairs } == 1)
            dataplane.breakAndRepair(.success(RepairReport(damage: ["map services"], culprit: nil, written: written)))
            _ = try await log.line(with: "another program removed or altered map services; mended")
        }
    }

    @Test("a failed repair is logged, and the loop continues")
    func failure() async throws {
        try await whileRunning {
            dataplane.breakAndRepair(.failure(DataplaneError(.transient, "the kernel is busy")))
            _ = try await log.line(with: "error: our rules were altered and could not be repaired")
            dataplane.breakAndRepair(
                .success(RepairReport(damage: ["map services"], culprit: nil, written: ProgrammingReport())))
            _ = try await log.line(with: "mended")
        }
        #expect(clock.sleeps == [.milliseconds(100)])
    }
}
