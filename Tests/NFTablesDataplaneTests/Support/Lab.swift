import Dataplane
import InternetAddresses
import KubernetesAPI
import LabKit
import Logging
import NFTables
import Netlink
import ServiceRouting

@testable import NFTablesDataplane

extension NetworkNamespace {
    /// A data plane whose sockets are in this namespace.
    func dataplane(_ configuration: DataplaneConfiguration = .lab) throws -> NFTablesDataplane {
        try NFTablesDataplane(configuration: configuration, logger: .silent)
    }

    /// The core of a data plane, on this namespace's thread, with a connection to the kernel that fails on request.
    func program<Result: Sendable>(
        _ configuration: DataplaneConfiguration = .lab, logger: Logger = .silent,
        _ body: @Sendable (NFTablesProgrammer, FaultyTransport) throws -> Result
    ) throws -> Result {
        let netfilter: Int32 = 12  // NETLINK_NETFILTER
        let transport = FaultyTransport(try NetlinkSocket(family: netfilter))
        return try body(NFTablesProgrammer(transport, configuration, logger), transport)
    }

    /// What a data plane that starts now would write: nothing, if the kernel holds exactly these routes.
    func difference(_ routes: [ServicePortRoute], _ configuration: DataplaneConfiguration = .lab) throws -> Int {
        try difference(RoutingSnapshot(routes: routes), configuration)
    }

    func difference(_ snapshot: RoutingSnapshot, _ configuration: DataplaneConfiguration = .lab) throws -> Int {
        try program(configuration) { kernel, _ in try kernel.synchronize(snapshot).messages }
    }

    /// Runs `nft` with a script on its standard input.
    @discardableResult
    func nft(_ script: String) async throws -> String {
        try await run("nft", "-f", "-", input: script + "\n")
    }

    /// The listing of our tables by `nft`, as words in a fixed order: the kernel returns elements in any order.
    func listing() async throws -> [String] {
        try await run("nft", "-s", "list", "ruleset").split { "\n\t,{}".contains($0) }
            .map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }.filter {
                !$0.isEmpty
            }.sorted()
    }
}

extension DataplaneConfiguration {
    static let lab = DataplaneConfiguration(
        localTraffic: .networks(networks("10.244.0.0/16", "fd00:10:244::/48")))
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// A few Services that use all sets of the table.
enum SmallCluster {
    static var routes: [ServicePortRoute] {
        IPFamily.allCases.flatMap { family in
            [
                route("web", family, pods: [1, 2, 3], local: [1]),
                route(
                    "shop", family,
                    [
                        .clusterIP(family.service(2)), .nodePort(family.node(2), 30080),
                        .loadBalancer(family.external(2)),
                    ],
                    pods: [4, 5],
                    local: [4], externalPolicy: .local, affinity: 10800,
                    sources: networks("203.0.113.0/24", "2001:db8:1::/64")
                        .filter { $0.family == family }),
                route(
                    "empty", family, [.clusterIP(family.service(3)), .externalIP(family.external(3))],
                    pods: []),
            ]
        }
    }
}

extension NFTablesProgrammer {
    func synchronize(_ routes: [ServicePortRoute]) throws -> ProgrammingReport {
        try synchronize(RoutingSnapshot(routes: routes))
    }
}
