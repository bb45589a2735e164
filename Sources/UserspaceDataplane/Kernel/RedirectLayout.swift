import Dataplane
import InternetAddresses
import NFTables

/// The small table that redirects connections to clusterIPs, and to other addresses that the machine does not have, to
/// the proxy's ports.
enum RedirectLayout {
    static let tableName = "servicelet-userspace"

    static let frontend: [Field] = [.destinationAddress, .transportProtocol, .destinationPort]

    /// frontend → an address of this machine and a port of the proxy. Not `redirect`, which drops packets from
    /// interfaces without an address, as pods' interfaces often are.
    static let redirects = NamedSet(
        "redirects", key: frontend, value: .fields([.destinationAddress, .destinationPort]))
    /// Frontends of Services without endpoints
    static let refused = NamedSet("refused", key: frontend)
    /// Addresses whose other ports are refused
    static let clusterIPs = NamedSet("cluster-ips", key: [.destinationAddress])
    static let sets = [redirects, refused, clusterIPs]

    static let refuse = Chain("refuse")
    static let prerouting = Chain("prerouting", hook: .init(.prerouting, priority: -100))
    static let output = Chain("output", hook: .init(.output, priority: -100))

    /// All chains with their rules, jump targets first.
    static func rules(_ family: IPFamily, serviceNetworks: [IPNetwork]) -> [(chain: Chain, rules: [Rule])] {
        let networks = serviceNetworks.filter { $0.family == family }.disjoint
        let unserved: [Statement] =
            [.isIn(frontend, set: refused.name), .isIn([.destinationAddress], set: clusterIPs.name)]
            + networks.map { .isTo($0) }
        let entry =
            [Rule(.dnat(frontend, map: redirects.name))]
            + unserved.map { Rule($0, .verdict(.goto(refuse.name))) }
        return [
            (
                refuse,
                [Rule(.isTransport(.tcp), .reject(.tcpReset)), Rule(.reject(.portUnreachable(family)))]
            ),
            (prerouting, entry), (output, entry),
        ]
    }
}

/// The contents of one IP family's table.
struct RedirectContents: Sendable, Hashable {
    /// A frontend other than a node port that is open on every address.
    struct Key: Sendable, Hashable {
        var address: IPAddress
        var transport: TransportProtocol
        var port: UInt16

        init?(_ place: InspectedFrontend.Place) {
            guard let address = place.address else { return nil }
            self.init(address: address, transport: place.transport, port: place.port)
        }

        init(address: IPAddress, transport: TransportProtocol, port: UInt16) {
            self.address = address
            self.transport = transport
            self.port = port
        }
    }

    /// The address of this machine that all redirects lead to; `nil` if it has none.
    var target: IPAddress?
    /// Ports of the proxy.
    var redirects: [Key: UInt16] = [:]
    var refused: Set<Key> = []
    /// The number of frontends of each clusterIP.
    var clusterIPs: [IPAddress: Int] = [:]
    var serviceNetworks: [IPNetwork] = []
}
