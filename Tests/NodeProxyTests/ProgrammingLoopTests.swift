import ConntrackCleanup
import Dataplane
import InternetAddresses
import KubernetesAPI
import Mailboxes
import NodeProxy
import ObjectSource
import ServiceRouting
import Synchronization
import TestKit
import Testing

@Suite("The programming loop", .timeLimit(.minutes(10)))
struct ProgrammingLoopTests {
    let inbox = ObjectInbox(waitingFor: [.service, .endpointSlice, .node])
    let dataplane = FakeDataplane()
    let status = ProxyStatus()
    let wake = Wake()
    let addresses = Mailbox<[IPAddress]?>(nil)
    let clock = SkippingClock()
    let log = LogLines()

    /// Runs the loop while `body` runs.
    func whileRunning(
        expectsNode: Bool = false, machineAddresses: [IPAddress] = [], minimumInterval: Duration = .zero,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let loop = ProgrammingLoop(
            routing: RoutingConfiguration(nodeName: "n1"), expectsNode: expectsNode, machineAddresses: machineAddresses,
            addresses: addresses, minimumInterval: minimumInterval, inbox: inbox, dataplane: dataplane, wake: wake,
            status: status, clock: clock, logger: log.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await loop.run() }
            group.addTask { try await body() }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Waits for the next call to the data plane, which must be the expected one.
    func expectCall(_ text: String, at location: SourceLocation = #_sourceLocation) async throws {
        let call = try await dataplane.nextCall()
        #expect(call.text == text, sourceLocation: location)
    }

    /// Waits for the next call to the data plane, which must be to synchronize these routes, in any order.
    func expectSynchronization(of routes: Set<String>, at location: SourceLocation = #_sourceLocation) async throws {
        let words = try await dataplane.nextCall().text.split(separator: " ").map(String.init)
        #expect(words.first == "synchronize", sourceLocation: location)
        #expect(Set(words.dropFirst()) == routes, sourceLocation: location)
    }

    /// Waits for the next line that contains `part`, which must contain `text` as well.
    func expectLine(with part: String, saying text: String, at location: SourceLocation = #_sourceLocation) async throws
    {
        let line = try await log.line(with: part)
        #expect(line.contains(text), sourceLocation: location)
    }

    var isHealthy: Bool { status.health.withLock { $0.isHealthy(at: clock.now) } }

    @Test("nothing is programmed before the initial state is complete; then all of it, essential Services first")
    func firstSynchronization() async throws {
        try await whileRunning {
            inbox.post(service("aaa"))
            inbox.markSynchronized(.service)
            inbox.post(service("kube-dns", in: "kube-system", ip: 2), service("kubernetes", ip: 3))
            inbox.markSynchronized(.endpointSlice)
            #expect(!isHealthy)
            inbox.markSynchronized(.node)
            try await expectCall("synchronize default/kubernetes kube-system/kube-dns default/aaa")
            _ = try await log.line(with: "programmed 3 Services with 0 endpoints")
            #expect(isHealthy)
        }
    }

    @Test("follow-up work is notified when everything is in force, and not before")
    func wakes() async throws {
        try await whileRunning {
            inbox.post(service("web"))
            #expect(!wake.isInForce.withContents { $0 })
            inbox.markAllSynchronized()
            try await wake.untilInForce()
        }
    }

    @Test("stale flows are looked for again when other modes' leftovers are gone")
    func staleFlows() async throws {
        try await whileRunning {
            inbox.post(service("dns", over: .udp))
            inbox.markAllSynchronized()
            try await wake.untilInForce()
            func taken() -> StaleFlows {
                wake.staleFlows.withContents { flows in
                    defer { flows = StaleFlows() }
                    return flows
                }
            }
            let first = taken()
            #expect(!first.isEmpty)
            wake.removedLeftovers()
            #expect(taken() == first)
            wake.removedLeftovers()
            #expect(taken().isEmpty)
        }
    }

    @Test("a cluster without objects is also programmed: an earlier process may have left rules")
    func emptyCluster() async throws {
        try await whileRunning {
            inbox.markAllSynchronized()
            try await expectCall("synchronize")
        }
    }

    @Test("later changes are applied alone")
    func changes() async throws {
        try await whileRunning {
            inbox.post(service("web"))
            inbox.markAllSynchronized()
            try await expectCall("synchronize default/web")
            inbox.post(service("api", ip: 2))
            try await expectCall("apply default/api")
            inbox.post([removed(service("web"))])
            try await expectCall("apply default/web")
            _ = try await log.line(with: "debug: removed default/web (")
        }
    }

    @Test("after a transient failure everything is compared again, including changes that arrived meanwhile")
    func retry() async throws {
        dataplane.answer(
            .success(ProgrammingReport()), .failure(DataplaneError(.transient, "the kernel is busy")),
            .failure(DataplaneError(.transient, "the kernel is busy still")))
        try await whileRunning {
            inbox.post(service("web"))
            inbox.markAllSynchronized()
            try await expectCall("synchronize default/web")
            inbox.post(service("api", ip: 2))
            try await expectCall("apply default/api")
            let line = try await log.line(with: "the kernel is busy")
            #expect(line.contains("what worked before still does; next attempt in 0.10 s"))
            try await expectSynchronization(of: ["default/api", "default/web"])
            try await expectLine(with: "busy still", saying: "next attempt in 0.20 s")
            try await expectSynchronization(of: ["default/api", "default/web"])
            _ = try await log.line(with: "info: programmed 2 Services")
        }
        // A change wakes the loop early, but the interval is kept.
        #expect(clock.now == clock.start + .milliseconds(300))
        #expect(status.metrics.withLock { $0.failures } == [.full: 1, .partial: 1])
    }

    @Test(
        "a mode that cannot work on this machine ends the loop",
        arguments: [DataplaneError.Code.permission, .unsupported])
    func fatal(code: DataplaneError.Code) async throws {
        dataplane.answer(.failure(DataplaneError(code, "run as root")))
        inbox.markAllSynchronized()
        await #expect(throws: DataplaneError.self) {
            try await whileRunning { try await Task.sleep(for: .seconds(3600)) }
        }
    }

    @Test("later addresses of the machine are followed")
    func addressArrives() async throws {
        let own = IPAddress(ipv4: 0xAC1E_0002)
        try await whileRunning {
            inbox.post(service("web"))
            inbox.markAllSynchronized()
            _ = try await dataplane.nextCall()
            addresses.post { $0 = [own] }
            let call = try await dataplane.nextCall()
            #expect(call == .apply(RoutingChange(nodePorts: NodePortAddresses([own]))))
        }
    }

    @Test("two programmings are at least the minimum interval apart")
    func pacing() async throws {
        let start = clock.now
        try await whileRunning(minimumInterval: .seconds(10)) {
            inbox.post(service("web"))
            inbox.markAllSynchronized()
            try await expectCall("synchronize default/web")
            inbox.post(service("other", ip: 8))
            try await expectCall("apply default/other")
            #expect(start.duration(to: clock.now) >= .seconds(10))
        }
    }

    @Test("a refused route is reported with the reason; the rest counts as programmed")
    func refusal() async throws {
        let name = ServicePortName(service: NamespacedName(namespace: "default", name: "web"))
        let refusal = ProgrammingReport.Refusal(route: RouteKey(name: name, family: .ipv4), reason: "no memory")
        dataplane.answer(.success(ProgrammingReport(messages: 1, bytes: 10, refusals: [refusal])))
        try await whileRunning {
            inbox.post(service("web"))
            inbox.markAllSynchronized()
            let line = try await log.line(with: "error:")
            #expect(line == "error: default/web (IPv4) does not work: no memory")
            #expect(isHealthy)
        }
    }

    @Test("a missing IP family is reported once, and the rest counts as programmed")
    func absence() async throws {
        var report = ProgrammingReport(messages: 1)
        report.absences = [.ipv6: "there is no ip6tables"]
        dataplane.answer(.success(report), .success(report))
        try await whileRunning {
            inbox.post(service("web"))
            inbox.markAllSynchronized()
            #expect(
                try await log.line(with: "warning:") == "warning: no Service is served over IPv6: there is no ip6tables"
            )
            _ = try await dataplane.nextCall()
            inbox.post(service("api", ip: 2))
            _ = try await dataplane.nextCall()
            inbox.post(service("third", ip: 3))
            _ = try await dataplane.nextCall()
            #expect(log.all.count { $0.contains("ip6tables") } == 1)
            #expect(isHealthy)
        }
    }

    @Test("an unfulfilled request of a Service is reported with its name")
    func problem() async throws {
        try await whileRunning {
            inbox.post(service("one", ip: 7), service("two", ip: 7))
            inbox.markAllSynchronized()
            try await expectLine(with: "warning:", saying: "default/")
        }
    }

    @Test("without a Node, node ports are open on the machine's addresses, until a Node has others")
    func addresses() async throws {
        let own = IPAddress(ipv4: 0xC000_0201)
        let told = IPAddress(ipv4: 0xC633_6401)
        try await whileRunning(machineAddresses: [own]) {
            inbox.markAllSynchronized()
            let first = try await dataplane.nextCall()
            #expect(first == .synchronize(RoutingSnapshot(nodePorts: NodePortAddresses([own]))))
            try await expectLine(with: "there is no Node named n1", saying: "192.0.2.1")
            inbox.post(node("n1", ip: told.ipv4Bits))
            let second = try await dataplane.nextCall()
            #expect(second == .apply(RoutingChange(nodePorts: NodePortAddresses([told]))))
        }
    }

    @Test("Nodes without ours lead to a warning that names them")
    func misnamed() async throws {
        try await whileRunning {
            inbox.post(node("n2"), node("n3"))
            inbox.markAllSynchronized()
            let line = try await log.line(with: "warning:")
            #expect(line.contains("there is no Node named n1, only n2, n3"))
            #expect(line.contains("--hostname-override"))
        }
    }

    @Test("in a cluster, where every machine has a Node, a missing one also leads to a warning")
    func missingInCluster() async throws {
        try await whileRunning(expectsNode: true) {
            inbox.markAllSynchronized()
            try await expectLine(with: "warning:", saying: "there is no Node named n1: set --hostname-override")
        }
    }

    @Test("a Node about to be removed affects only health")
    func leavingNode() async throws {
        try await whileRunning {
            inbox.post(node("n1"))
            inbox.markAllSynchronized()
            _ = try await log.line(with: "programmed")
            inbox.post(node("n1", taint: "ToBeDeletedByClusterAutoscaler"))
            _ = try await log.line(with: "about to go")
            inbox.post(service("web"))
            try await expectCall("synchronize")
            try await expectCall("apply default/web")
            #expect(!isHealthy)
            #expect(status.health.withLock { $0.isAlive(at: clock.now) })
        }
    }
}
