import BlockingThreads
import Dataplane
import InternetAddresses
import KubernetesAPI
import LabKit
import Logging
import ServiceRouting
import Testing

@testable import UserspaceDataplane

/// Comparing what leads connections to the proxy with what should. Needs root.
@Suite("Audit", .serialized, .timeLimit(.minutes(10)))
struct AuditTests {
    @Test("freshly programmed state has no faults", arguments: [UserspaceConfiguration.Reach.redirect, .loopback])
    func fresh(reach: UserspaceConfiguration.Reach) async throws {
        let lab = try await AuditLab(reach)
        #expect(try await lab.audit() == [])
        for route in Small.snapshot.routes { #expect(try await lab.audit(route) == []) }
    }

    /// What somebody does to the mode's state, and how the audit names it.
    struct Damage: Sendable, CustomTestStringConvertible {
        var commands: String
        var reach = UserspaceConfiguration.Reach.redirect
        var names: [String]
        /// Of the Services `web`, `shop` and `empty`, those that are affected.
        var affected: [String]

        var testDescription: String { commands }
    }

    private static let all = ["web", "shop", "empty"]
    private static let table = "servicelet-userspace"

    static let damages = [
        Damage(
            commands: "nft delete table ip \(table)", names: ["table ip \(table)"], affected: all),
        Damage(
            commands: "nft flush chain ip \(table) prerouting", names: ["chain prerouting of table ip \(table)"],
            affected: all),
        Damage(
            commands: "nft insert rule ip \(table) output accept", names: ["chain output of table ip \(table)"],
            affected: all),
        Damage(
            commands: "nft flush chain ip \(table) refuse", names: ["chain refuse of table ip \(table)"],
            affected: all),
        Damage(
            commands: "nft delete element ip \(table) redirects { 10.96.0.1 . tcp . 80 }",
            names: ["the redirection of 10.96.0.1, port 80/TCP in table ip \(table) is missing"], affected: ["web"]),
        Damage(
            commands:
                "nft delete element ip \(table) redirects { 10.96.0.2 . udp . 53 }; "
                + "nft add element ip \(table) redirects { 10.96.0.2 . udp . 53 : 172.30.0.2 . 9 }",
            names: ["the redirection of 10.96.0.2, port 53/UDP in table ip \(table) leads to 172.30.0.2:9"],
            affected: ["shop"]),
        Damage(
            commands: "nft add element ip \(table) redirects { 10.96.0.99 . tcp . 80 : 172.30.0.2 . 9 }",
            names: ["table ip \(table) redirects 10.96.0.99, port 80/TCP, which the proxy does not serve"], affected: []
        ),
        Damage(
            commands: "nft flush set ip \(table) refused",
            names: ["10.96.0.3, port 80/TCP in set refused of table ip \(table) is missing"], affected: ["empty"]),
        Damage(
            commands: "nft add element ip \(table) refused { 10.96.0.1 . tcp . 443 }",
            names: ["refuses 10.96.0.1, port 443/TCP, which no Service has without endpoints"], affected: []),
        Damage(
            commands: "nft delete element ip \(table) cluster-ips { 10.96.0.1 }",
            names: ["10.96.0.1 in set cluster-ips of table ip \(table) is missing"], affected: ["web"]),
        Damage(
            commands: "nft add element ip \(table) cluster-ips { 10.96.0.99 }",
            names: ["refuses ports of 10.96.0.99, which is no clusterIP"], affected: []),
        Damage(
            commands: "ip route del local 10.96.0.1 dev lo table local proto 115", reach: .loopback,
            names: ["this machine has neither the address 10.96.0.1 nor a local route to it"], affected: ["web"]),
        // Nothing leads there, and the machine does not have the addresses either.
        Damage(
            commands: "ip addr add 10.96.0.2/32 dev lo", reach: .none,
            names: ["this machine has neither the address 10.96.0.1 nor a local route to it"], affected: ["web"]),
    ]

    @Test("every kind of damage is named, with the Services that it affects", arguments: damages)
    func damage(_ damage: Damage) async throws {
        let lab = try await AuditLab(damage.reach)
        try await lab.namespace.run("sh", "-c", "set -e; \(damage.commands)")
        let found = try await lab.audit()
        #expect(found.count == damage.names.count, "\(found)")
        for name in damage.names { #expect(found.contains { $0.hasPrefix(name) || $0.hasSuffix(name) }, "\(found)") }
        for route in Small.snapshot.routes {
            let isAffected = damage.affected.contains(route.key.name.service.name)
            #expect(try await lab.audit(route).isEmpty == !isAffected, "\(route.key.name)")
        }
    }

    @Test("without a proxy nothing is programmed")
    func nothing() async throws {
        let namespace = try await NetworkNamespace(name: "userspace")
        let audit = try await UserspaceDataplane.audit(
            Small.snapshot, AuditScope(), executor: namespace.executor())
        #expect(!audit.isProgrammed)
    }
}

/// A node with the address 172.30.0.2 on which the data plane has programmed a few Services; nobody repairs them.
private struct AuditLab {
    let namespace: NetworkNamespace
    private let dataplane: UserspaceDataplane

    init(_ reach: UserspaceConfiguration.Reach) async throws {
        namespace = try await NetworkNamespace(name: "userspace")
        try await namespace.ip("link set lo up", "addr add 172.30.0.2/32 dev lo")
        dataplane = try await namespace.dataplane(reach)
        _ = try await dataplane.synchronize(Small.snapshot)
    }

    /// The damage in a few words: all, or that of one route.
    func audit(_ route: ServicePortRoute? = nil) async throws -> [String] {
        let snapshot = route.map { RoutingSnapshot(routes: [$0], serviceNetworks: Small.snapshot.serviceNetworks) }
        let audit = try await UserspaceDataplane.audit(
            snapshot ?? Small.snapshot, AuditScope(isWhole: route == nil), executor: namespace.executor())
        #expect(audit.isProgrammed)
        #expect(audit.discrepancies == [])
        let places = Set(route.map { route in route.frontends.map { InspectedFrontend($0, of: route).place } } ?? [])
        return audit.damage.filter { route == nil || $0.places.map { !$0.isDisjoint(with: places) } ?? true }
            .map(\.text)
    }
}

extension NetworkNamespace {
    fileprivate func executor() throws -> ThreadExecutor { try ThreadExecutor(name: "audit") }

    fileprivate func dataplane(_ reach: UserspaceConfiguration.Reach) throws -> UserspaceDataplane {
        // Its threads inherit the namespace of this one.
        try UserspaceDataplane(
            configuration: UserspaceConfiguration(reach: reach),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            whenDrained: {})
    }
}

/// Three Services: one over TCP, one over UDP, and one without endpoints.
private enum Small {
    static var snapshot: RoutingSnapshot {
        RoutingSnapshot(
            routes: [
                route("web", 1, 80, .tcp, pods: [1, 2]), route("shop", 2, 53, .udp, pods: [3]),
                route("empty", 3, 80, .tcp, pods: []),
            ], serviceNetworks: [IPNetwork("10.96.0.0/16")].compactMap(\.self))
    }

    private static func route(
        _ name: String, _ number: UInt32, _ port: UInt16, _ transport: TransportProtocol, pods: [UInt32]
    ) -> ServicePortRoute {
        let destination = pods.isEmpty ? Destination.refuse : .clusterBackends
        return ServicePortRoute(
            key: RouteKey(
                name: ServicePortName(
                    service: NamespacedName(namespace: "default", name: name), transport: transport),
                family: .ipv4),
            frontends: [
                Frontend(
                    kind: .clusterIP, address: IPAddress(ipv4: 0x0A60_0000 + number), port: port, inside: destination,
                    outside: destination)
            ],
            clusterBackends: pods.map { Backend(address: IPAddress(ipv4: 0x0AF4_0000 + $0), port: 8080) },
            localBackends: [])
    }
}
