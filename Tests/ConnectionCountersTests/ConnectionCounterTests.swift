import CLinux
import Glibc
import InternetAddresses
import LabKit
import Mailboxes
import Netlink
import ServiceRouting
import Synchronization
import Testing

@testable import ConnectionCounters

/// Connections of a node to itself, which the kernel counts.
@Suite("ConnectionCounter")
struct ConnectionCounterTests {
    let web = RouteKey("web")
    let web6 = RouteKey("web", family: .ipv6)
    let api = RouteKey("api")
    let udp = RouteKey("dns", .udp)

    /// A namespace with servers at the frontends' addresses.
    private func node() async throws -> NetworkNamespace {
        let node = try await NetworkNamespace(name: "n1")
        try await node.ip(
            "link set lo up", "addr add 10.96.0.1/32 dev lo", "addr add 10.96.0.2/32 dev lo",
            "addr add fd00:10:96::1/128 dev lo nodad")
        // As with any mode, a rule here translates: otherwise the kernel tracks no connections.
        for family in ["ip", "ip6"] {
            try await node.run(
                "nft", "-f", "-",
                input: """
                    table \(family) mode { chain post { type nat hook postrouting priority 100; oifname "x" masquerade;
                    }; }

                    """)
        }
        for address in ["10.96.0.1", "10.96.0.2", "fd00:10:96::1"] { try await node.serve(SocketAddress(address, 80)) }
        try await node.serve(SocketAddress("10.96.0.1", 30080))
        try await node.serve(SocketAddress("10.96.0.2", 53), over: .udp)
        return node
    }

    private func connect(
        _ count: Int, to address: String, _ port: UInt16 = 80, _ transport: Transport = .tcp,
        in node: NetworkNamespace
    ) async throws {
        for _ in 0..<count { _ = try await node.connect(to: SocketAddress(address, port), over: transport) }
    }

    /// Runs `body` with a counter whose first attempts to reach the kernel fail.
    private func counting(
        in node: NetworkNamespace, _ first: CountedChanges,
        failures: Int = 0, reports: Counted = Counted(),
        _ body: (ConnectionCounter, Mailbox<CountedChanges>) async throws -> Void
    ) async throws {
        let changes = Mailbox(first)
        let attempts = Counted()
        @Sendable func open() throws(NetlinkError) -> any NetlinkTransport {
            if attempts.next() < failures { throw NetlinkError(operation: "open", errno: ENOBUFS) }
            return try NetlinkSocket(family: NETLINK_NETFILTER)
        }
        let counter = try ConnectionCounter(
            changes, hasOpenNodePorts: true, executor: NamespaceExecutor(node), pause: .milliseconds(10), open: open,
            report: { problem in
                _ = reports.next()
                #expect(problem.contains("not counted"))
            })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await counter.run() }
            try await body(counter, changes)
            group.cancelAll()
        }
    }

    /// Waits until the counter knows exactly these routes. The bound guards against hanging.
    private func untilKnown(_ routes: RouteKey..., by counter: ConnectionCounter) async throws {
        let deadline = ContinuousClock.now + .patience
        while Set(await counter.totals().keys) != Set(routes) {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    @Test("connections to clusterIPs and node ports are counted by Service port, others are not")
    func counts() async throws {
        let node = try await node()
        let routes = CountedChanges(
            ServicePortRoute(web, at: "10.96.0.1", nodePort: 30080), ServicePortRoute(web6, at: "fd00:10:96::1"),
            ServicePortRoute(udp, at: "10.96.0.2", port: 53))
        try await counting(in: node, routes) { counter, _ in
            try await untilKnown(web, web6, udp, by: counter)
            try await connect(3, to: "10.96.0.1", in: node)
            try await connect(2, to: "10.96.0.1", 30080, in: node)
            try await connect(4, to: "fd00:10:96::1", in: node)
            try await connect(5, to: "10.96.0.2", 53, .udp, in: node)
            try await connect(6, to: "10.96.0.2", in: node)
            #expect(await counter.totals() == [web: 5, web6: 4, udp: 5])
        }
    }

    @Test("numbers do not decrease while places of a Service change")
    func changes() async throws {
        let node = try await node()
        let both = ServicePortRoute(web, at: "10.96.0.1", "10.96.0.2")
        try await counting(in: node, CountedChanges(both)) { counter, changes in
            try await untilKnown(web, by: counter)
            try await connect(2, to: "10.96.0.1", in: node)
            try await connect(3, to: "10.96.0.2", in: node)
            changes.post {
                $0.merge(CountedChanges(web, ServicePortRoute(web, at: "10.96.0.1")))
                $0.merge(CountedChanges(api, ServicePortRoute(api, at: "10.96.0.2")))
            }
            try await untilKnown(web, api, by: counter)
            try await connect(4, to: "10.96.0.2", in: node)
            #expect(await counter.totals() == [web: 5, api: 4])
        }
    }

    @Test("another program cannot remove the table, which is deleted with the counter")
    func ownership() async throws {
        let node = try await node()
        try await counting(in: node, CountedChanges(ServicePortRoute(web, at: "10.96.0.1"))) { counter, _ in
            try await untilKnown(web, by: counter)
            try await connect(2, to: "10.96.0.1", in: node)
            try await node.run("nft", "delete", "table", "ip6", "mode")
            await #expect(throws: (any Error).self) {
                try await node.run("nft", "delete", "table", "ip", "servicelet-connections")
            }
            try await connect(1, to: "10.96.0.1", in: node)
            #expect(await counter.totals() == [web: 3])
            let listing = try await node.run("nft", "list", "ruleset")
            #expect(listing.contains("set frontends {") && listing.contains("10.96.0.1 . tcp . 80 counter packets 3"))
        }
        let deadline = ContinuousClock.now + .patience
        while try await node.run("nft", "list", "ruleset").contains("servicelet") {
            try #require(ContinuousClock.now < deadline)
        }
    }

    @Test("a refusing kernel is retried, and reported once")
    func retries() async throws {
        let node = try await node()
        let reports = Counted()
        let routes = CountedChanges(ServicePortRoute(web, at: "10.96.0.1"))
        try await counting(in: node, routes, failures: 3, reports: reports) { counter, _ in
            try await untilKnown(web, by: counter)
            try await connect(2, to: "10.96.0.1", in: node)
            #expect(await counter.totals() == [web: 2])
            #expect(reports.value == 1)
        }
    }
}

/// A counter shared by tasks.
private final class Counted: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }
    /// The number before.
    func next() -> Int {
        number.withLock { number in
            defer { number += 1 }
            return number
        }
    }
}
