import Dataplane
import IPVSDataplane
import KubernetesTestKit
import LabKit
import ServiceRouting
import Testing

/// One process starts while another one, or what it left, is still there.
@Suite("IPVS: one process after another", .serialized)
struct IPVSOverlapTests {
    private let web = route(to: backends("10.244.0.5", "10.244.1.5"))

    @Test(
        "until a process knows the Services, what another one left is no damage",
        arguments: ["true", "iptables-nft -t nat -F KUBE-SERVICES"])
    func withoutRoutes(command: String) async throws {
        let node = try await Node()
        try await node.synchronize(web)
        try await node.sh(command)
        let before = try await node.listing()
        // Much longer than both of its intervals.
        let next = try node.restarted(.recorded { $0.syncPeriod = .milliseconds(500) })
        #expect(try await repaired(next, within: .seconds(4)) == nil)
        #expect(before.difference(to: try await node.listing()) == [])
    }

    @Test("a cleanup that waits for connections to end leaves what another process programs meanwhile")
    func takenOver() async throws {
        let node = try await Node()
        try await node.synchronize(web)
        let before = try await node.listing()
        try await cleaningUp(node) { _ in try await node.restarted().synchronize(web) }
        #expect(before.difference(to: try await node.listing()) == [])
    }

    @Test("a cleanup that waits for connections to end leaves them when the process is told to end")
    func cancelled() async throws {
        let node = try await Node()
        try await node.synchronize(web)
        let servers = try await node.servers()
        try await cleaningUp(node) { $0() }
        #expect(try await node.servers().contains { $0.hasPrefix("-A -t 10.96.0.1:80 ") })
        // The next process uses the rest, or removes it.
        try await node.restarted().synchronize(web)
        #expect(try await node.servers() == servers)
        try await IPVSDataplane.cleanUp(executor: NamespaceExecutor(node.namespace))
        #expect(try await node.servers() == [])
        #expect(try await !node.sh("ip -brief link").contains("kube-ipvs0"))
    }

    /// Runs `body`, which may cancel the cleanup, after rules and sets have gone; then waits for the cleanup to end.
    private func cleaningUp(_ node: Node, _ body: (_ cancel: () -> Void) async throws -> Void) async throws {
        let executor = try await node.namespace.makeThread()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await IPVSDataplane.cleanUp(patience: .patience, settling: .patience, executor: executor)
            }
            while try await !node.sh("ipset list -n").isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            try await body { group.cancelAll() }
            try await group.waitForAll()
        }
    }
}
