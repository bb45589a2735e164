import Dataplane
import NodeProxy
import Synchronization
import TestKit
import Testing

@Suite("The repair loop", .timeLimit(.minutes(1)))
struct RepairLoopTests {
    let dataplane = FakeDataplane()
    let status = ProxyStatus()
    let clock = SkippingClock()
    let log = LogLines()

    func whileRunning(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let loop = RepairLoop(dataplane: dataplane, status: status, clock: clock, logger: log.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await loop.run() }
            try await body()
            group.cancelAll()
        }
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
