import Conntrack
import ConntrackCleanup
import Glibc
import InternetAddresses
import Mailboxes
import Netlink
import ServiceRouting
import Synchronization
import Testing

@Suite("ConntrackCleaner", .timeLimit(.minutes(10)))
struct ConntrackCleanerTests {
    @Test("each change is followed by two passes, and stale entries are removed")
    func twoPasses() async throws {
        let kernel = FakeConntrack([entry(by: 1, clientPort: 1), entry(by: 2, clientPort: 2)])
        let seen = try await run(kernel, until: 2) { $0.leave(change(route(1, 2), route(2))) }
        #expect(seen == [.cleaned(1), .cleaned(0)])
        #expect(kernel.clientPorts == [2])
    }

    @Test("the second pass finds entries added between the first and the end of the old rules")
    func secondPass() async throws {
        let kernel = FakeConntrack([entry(by: 1, clientPort: 1)], arriving: [entry(by: 1, clientPort: 7)])
        let seen = try await run(kernel, until: 2) { $0.leave(change(route(1, 2), route(2))) }
        #expect(seen == [.cleaned(1), .cleaned(1)])
        #expect(kernel.clientPorts.isEmpty)
    }

    @Test("pending changes are processed together")
    func coalescing() async throws {
        let kernel = FakeConntrack([entry(by: 1, clientPort: 1), entry(by: 2, clientPort: 2)])
        let seen = try await run(kernel, until: 2) { cleaner in
            cleaner.leave(change(route(1, 2), route(2)))
            cleaner.leave(change(route(2), route(3)))
            for number in 4...200 { cleaner.leave(change(route(3), route(3, number))) }
        }
        #expect(seen == [.cleaned(2), .cleaned(0)])
        #expect(kernel.dumps == 2)
    }

    @Test("a change without stale entries removes nothing")
    func nothingToDo() async throws {
        let kernel = FakeConntrack([entry(by: 1)])
        let seen = try await run(kernel, until: 2) { cleaner in
            cleaner.leave(change(route(1), route(1, 2)))
            let frontends = [Frontend(kind: .clusterIP, address: ip("10.96.0.99"), port: 53)]
            cleaner.leave(change(route(8, frontends: frontends), nil, key: key("other")))
        }
        #expect(seen.count == 2)
        #expect(kernel.dumps == 2)
        #expect(kernel.clientPorts.count == 1)
    }

    @Test("a transient failure is retried")
    func transientFailure() async throws {
        let kernel = FakeConntrack([entry(by: 1)], failing: ENOBUFS, times: 3)
        let seen = try await run(kernel, until: 2) { $0.leave(change(route(1), nil)) }
        #expect(seen == [.cleaned(1), .cleaned(0)])
        #expect(kernel.dumps == 5)
    }

    @Test("a persistent failure is reported after some attempts")
    func persistentFailure() async throws {
        let kernel = FakeConntrack([entry(by: 1)], failing: ENOBUFS, times: 6)
        let seen = try await run(kernel, until: 1) { $0.leave(change(route(1), nil)) }
        #expect(seen == [.failed(ENOBUFS)])
        #expect(kernel.dumps == 6)
    }

    @Test(
        "without the permission, or without ctnetlink, it says so once and stops", arguments: [EPERM, EPROTONOSUPPORT])
    func unavailable(errno: Int32) async throws {
        let recorder = try Recorder.cleaner(FakeConntrack([]), refusing: errno)
        recorder.flows.leave(change(route(1), nil))
        await recorder.cleaner.run()
        #expect(recorder.seen == [.unavailable(errno)])
    }

    @Test("a refused deletion is reported after some attempts, and later changes are still handled")
    func refusedDeletion() async throws {
        let kernel = FakeConntrack([entry(by: 1, clientPort: 1)], refusing: EPERM, times: 6)
        let recorder = try Recorder.cleaner(kernel)
        #expect(await recorder.run(until: 1) { $0.leave(change(route(1), nil)) } == [.failed(EPERM)])
        let seen = await recorder.run(until: 2) { $0.leave(change(route(1), nil)) }
        #expect(seen == [.failed(EPERM), .cleaned(1), .cleaned(0)])
        #expect(kernel.clientPorts.isEmpty)
    }

    private func run(
        _ kernel: FakeConntrack, until count: Int, _ body: (Mailbox<StaleFlows>) -> Void
    ) async throws -> [Recorder.Seen] {
        try await Recorder.cleaner(kernel).run(until: count, body)
    }
}

/// A cleaner, and what it reports.
private final class Recorder: Sendable {
    enum Seen: Equatable {
        case cleaned(Int)
        case failed(Int32)
        case unavailable(Int32)
    }

    let flows = Mailbox(StaleFlows())
    let cleaner: ConntrackCleaner
    private let reports: AsyncStream<ConntrackReport>
    private let all: Reports

    private final class Reports: Sendable {
        let list = Mutex<[Seen]>([])
    }

    static func cleaner(_ kernel: FakeConntrack, refusing errno: Int32? = nil) throws -> Recorder {
        try Recorder(kernel, refusing: errno)
    }

    private init(_ kernel: FakeConntrack, refusing errno: Int32?) throws {
        let (reports, continuation) = AsyncStream.makeStream(of: ConntrackReport.self)
        let all = Reports()
        self.reports = reports
        self.all = all
        cleaner = try ConntrackCleaner(
            flows, timing: ConntrackCleaner.Timing(pause: .milliseconds(1)),
            open: { () throws(NetlinkError) -> any NetlinkTransport in
                if let errno { throw NetlinkError(operation: "open", errno: errno) }
                return kernel
            },
            report: { report in
                all.list.withLock { $0.append(Seen(report)) }
                continuation.yield(report)
            })
    }

    var seen: [Seen] { all.list.withLock { $0 } }

    /// Runs the cleaner until it has made this many reports, and has nothing more to do.
    func run(until count: Int, _ body: (Mailbox<StaleFlows>) -> Void) async -> [Seen] {
        body(flows)
        await withTaskGroup { group in
            group.addTask { await self.cleaner.run() }
            var reports = reports.makeAsyncIterator()
            for _ in 0..<count { _ = await reports.next() }
            group.cancelAll()
        }
        return seen
    }
}

extension Recorder.Seen {
    init(_ report: ConntrackReport) {
        switch report {
        case .cleaned(_, let deleted, _): self = .cleaned(deleted)
        case .failed(let error): self = .failed(error.errno)
        case .unavailable(let error): self = .unavailable(error.errno)
        }
    }
}

extension Mailbox<StaleFlows> {
    /// What a programming loop does once the kernel has applied the change.
    fileprivate func leave(_ change: RoutingChange) {
        post { $0.merge(StaleFlows(after: change, nodePorts: NodePortAddresses())) }
    }
}
