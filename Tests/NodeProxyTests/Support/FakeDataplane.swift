import Dataplane
import InternetAddresses
import ServiceRouting
import Synchronization

/// A scripted data plane that records its calls. The test writes both queues.
final class FakeDataplane: Dataplane {
    enum Call: Sendable, Hashable {
        case prepare(RoutingChange)
        case synchronize(RoutingSnapshot)
        case apply(RoutingChange)
    }

    /// The value of ``carriedConnections``.
    let connections = Atomic<Int>(0)
    /// How often ``repair()`` was called.
    let repairCalls = Atomic<Int>(0)
    private let answers = Mutex<[Result<ProgrammingReport, DataplaneError>]>([])
    private let counters = Mutex<Result<[PacketCounter: UInt64], DataplaneError>>(.success([:]))
    private let calls = AsyncStream.makeStream(of: Call.self)
    private let repairs = AsyncStream.makeStream(of: Result<RepairReport, DataplaneError>.self)

    /// The failures of the next calls, in this order; all others succeed.
    func answer(_ results: Result<ProgrammingReport, DataplaneError>...) {
        answers.withLock { $0 += results }
    }

    /// The kernel's counters of rules.
    func count(_ counter: PacketCounter, _ packets: UInt64) {
        counters.withLock { $0 = $0.map { $0.merging([counter: packets]) { $1 } } }
    }

    /// Makes counters unreadable from now on.
    func failCounting(_ error: DataplaneError) { counters.withLock { $0 = .failure(error) } }

    func packetCounts() throws(DataplaneError) -> [PacketCounter: UInt64] {
        try counters.withLock { $0 }.get()
    }

    func breakAndRepair(_ result: Result<RepairReport, DataplaneError>) { repairs.continuation.yield(result) }

    /// The next unread call; for one task.
    func nextCall() async throws -> Call {
        for await call in calls.stream { return call }
        throw CancellationError()
    }

    func prepare(_ change: RoutingChange) async { calls.continuation.yield(.prepare(change)) }

    func synchronize(_ snapshot: RoutingSnapshot) async throws(DataplaneError) -> ProgrammingReport {
        try answer(.synchronize(snapshot))
    }

    func apply(_ change: RoutingChange) async throws(DataplaneError) -> ProgrammingReport {
        try answer(.apply(change))
    }

    func repair() async throws(DataplaneError) -> RepairReport? {
        repairCalls.wrappingAdd(1, ordering: .relaxed)
        for await result in repairs.stream { return try result.get() }
        return nil
    }

    var carriedConnections: Int { connections.load(ordering: .relaxed) }

    private func answer(_ call: Call) throws(DataplaneError) -> ProgrammingReport {
        let answer = answers.withLock { $0.isEmpty ? .success(ProgrammingReport()) : $0.removeFirst() }
        calls.continuation.yield(call)
        return try answer.get()
    }
}
