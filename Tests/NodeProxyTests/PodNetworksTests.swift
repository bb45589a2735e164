import InternetAddresses
import KubernetesAPI
import Mailboxes
import ObjectSource
import TestKit
import Testing

@testable import NodeProxy

@Suite("The pod networks of the Node", .timeLimit(.minutes(10)))
struct PodNetworksTests {
    /// Delivers Nodes one after another.
    private struct Nodes: ObjectSource {
        var nodes: [Node]

        func run(into inbox: ObjectInbox) async throws {
            for node in nodes { inbox.post([.set(.node(node))]) }
            inbox.markSynchronized(.node)
            try await Task.sleep(for: .seconds(3600))
        }
    }

    private func node(_ name: String, _ networks: String...) -> Node {
        Node(metadata: ObjectMeta(namespace: "", name: name), podCIDRs: networks.compactMap { IPNetwork($0) })
    }

    @Test("it waits for those of this machine's Node")
    func wait() async throws {
        let source = Nodes(nodes: [node("n2", "10.0.2.0/24"), node("n1"), node("n1", "10.0.1.0/24", "fd00:1::/64")])
        let networks = try await PodNetworks(source: source, nodeName: "n1", logger: LogLines().logger).first()
        #expect(networks.map(\.description) == ["10.0.1.0/24", "fd00:1::/64"])
    }

    @Test("different ones end the program; none at all, or another order, do not")
    func change() async throws {
        let current = Mailbox<[IPNetwork]>([])
        let known = node("n1", "10.0.1.0/24", "fd00:1::/64").podCIDRs
        let error = await #expect(throws: ProxyError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await PodNetworks.watch(current, known: known, node: "n1") }
                current.post { $0 = known.reversed() }
                current.post { $0 = [] }
                current.post { $0 = [known[0]] }
                try await group.next()
            }
        }
        #expect(error?.message.contains("the pod networks of Node n1 are 10.0.1.0/24 now") == true)
    }
}
