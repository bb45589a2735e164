import DaemonKit
import Dataplane
import InternetAddresses
import KubernetesAPI
import ObjectSource
import ServiceRouting
import TestKit
import Testing

@testable import NodeProxy

@Suite("Preparation before the initial state is complete", .timeLimit(.minutes(10)))
struct PreparationTests {
    /// A change of a route with this many backends.
    private func change(backends: Int) -> RoutingChange {
        let route = ServicePortRoute(
            key: RouteKey(
                name: ServicePortName(service: NamespacedName(namespace: "default", name: "web")), family: .ipv4),
            frontends: [],
            clusterBackends: (0..<backends).map { Backend(address: IPAddress(ipv4: UInt32($0)), port: 80) })
        return RoutingChange(entries: [RoutingChange.Entry(key: route.key, old: nil, new: route)])
    }

    @Test("it begins when there is enough to prepare, continues with everything, and ends for good")
    func queue() {
        var foreseen = ForeseenChanges()
        #expect(foreseen.take() == nil)
        let (large, small) = (change(backends: ForeseenChanges.threshold - 3), change(backends: 1))
        foreseen.add(RoutingChange())
        foreseen.add(large)
        #expect(foreseen.take() == nil)
        foreseen.add(small)
        #expect(foreseen.take() == [large, small])
        #expect(foreseen.take() == nil)
        foreseen.add(small)
        #expect(foreseen.take() == [small])
        foreseen.add(small)
        foreseen.end()
        #expect(foreseen.take() == [])
        foreseen.add(large)
        #expect(foreseen.take() == [])
    }

    @Test("changes are foreseen only until the initial state is complete, each once")
    func state() {
        var state = ProgrammingState(configuration: RoutingConfiguration(nodeName: "n1"), machineAddresses: [])
        _ = state.take([.set(service("web"))], isSynchronized: false)
        // Its slices are still to come.
        #expect(state.takeForeseen().flatMap(\.entries) == [])
        _ = state.take([.set(slice("web", endpoints: 2))], isSynchronized: false)
        #expect(state.takeForeseen().flatMap(\.entries).map(\.new?.clusterBackends.count) == [2])
        #expect(state.takeForeseen().isEmpty)
        #expect(state.step(at: .now) == .wait(until: nil))
        _ = state.take([.set(slice("web", endpoints: 3))], isSynchronized: true)
        #expect(state.takeForeseen().isEmpty)
        #expect(state.step(at: .now) == .synchronize)
    }

    /// A large cluster, which is complete when the test says so.
    private struct LargeCluster: ObjectSource {
        static let services = 300

        let isComplete: AsyncStream<Void>

        func run(into inbox: ObjectInbox) async throws {
            for number in 0..<Self.services {
                inbox.post(service("web-\(number)", ip: UInt32(number)), slice("web-\(number)", endpoints: 100))
            }
            for await _ in isComplete { break }
            inbox.markAllSynchronized()
            try await Task.sleep(for: .seconds(3600))
        }
    }

    @Test("a large cluster is prepared while it is being read, then synchronized")
    func largeCluster() async throws {
        let (complete, completion) = AsyncStream.makeStream(of: Void.self)
        let (dataplane, log) = (FakeDataplane(), LogLines())
        let proxy = NodeProxy(
            configuration: ProxyConfiguration(
                origin: .manifests(path: "unused"), mode: .nftables, nodeName: "n1", healthAddress: nil,
                metricsAddress: nil),
            logger: log.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await proxy.run(LargeCluster(isComplete: complete), status: ProxyStatus()) { dataplane }
            }
            var prepared: Set<RouteKey> = []
            while prepared.count < LargeCluster.services {
                guard case .prepare(let change) = try await dataplane.nextCall() else {
                    Issue.record("not a preparation")
                    break
                }
                prepared.formUnion(change.entries.map(\.key))
            }
            completion.yield()
            guard case .synchronize(let snapshot) = try await dataplane.nextCall() else {
                Issue.record("not a synchronization")
                return group.cancelAll()
            }
            #expect(Set(snapshot.routes.map(\.key)) == prepared)
            group.cancelAll()
        }
    }
}
