import CLinux
import InternetAddresses
import LabKit
import NFTables
import Netlink
import Testing

extension NetworkNamespace {
    /// Accesses the nf_tables of this namespace, on its thread.
    func tables<Result: Sendable>(
        _ body: @Sendable (inout NFTablesConnection) throws -> Result
    ) throws -> Result {
        var connection = NFTablesConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
        return try body(&connection)
    }

    /// The output of `nft`, line by line, without indentation and empty lines.
    func nft(_ arguments: String) async throws -> [String] {
        try await run("sh", "-c", "nft " + arguments).split(separator: "\n").map(\.trimmed).filter { !$0.isEmpty }
    }
}

extension StringProtocol {
    var trimmed: String { String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " }.reversed()) }
}

extension NFTablesConnection {
    /// Commits one transaction.
    mutating func change(_ body: (inout Transaction) -> Void) throws {
        var transaction = begin()
        body(&transaction)
        try commit(transaction)
    }

    /// The number of elements in a set.
    mutating func count(of set: String, in table: Table) throws -> Int {
        var count = 0
        try forEachElement(of: set, in: table) { _ in count += 1 }
        return count
    }
}

/// A literal address; an invalid one fails the test.
func ip(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }

/// The tests' tables, and an address of each family.
extension IPFamily {
    var table: Table { Table(family: self, name: "servicelet") }

    /// 10.96.0.N or fd00:10:96::N (N in decimal digits).
    func service(_ number: Int) -> IPAddress {
        switch self {
        case .ipv4: IPAddress(ipv4: 0x0A60_0000 + UInt32(number))
        case .ipv6: IPAddress(ipv6High: 0xFD00_0010_0096_0000, low: UInt64(number))
        }
    }

    /// 10.244.0.N or fd00:10:244::N
    func pod(_ number: Int) -> IPAddress {
        switch self {
        case .ipv4: IPAddress(ipv4: 0x0AF4_0000 + UInt32(number))
        case .ipv6: IPAddress(ipv6High: 0xFD00_0010_0244_0000, low: UInt64(number))
        }
    }
}

/// Sets of every kind that the tests' rules refer to.
enum TestSet {
    static let frontendKey: [Field] = [.destinationAddress, .transportProtocol, .destinationPort]
    static let affinityKey: [Field] = [.sourceAddress]

    static let addresses = NamedSet("addresses", key: [.destinationAddress])
    static let sources = NamedSet("sources", key: [.sourceAddress], kind: .interval)
    static let guards = NamedSet("guards", key: frontendKey + [.sourceAddress], kind: .interval)
    static let services = NamedSet("services", key: frontendKey, value: .verdict)
    static let nodePorts = NamedSet("node-ports", key: [.transportProtocol, .destinationPort], value: .verdict)
    static let classes = NamedSet("classes", key: frontendKey, value: .fields([.priority]))
    static let dispatch = NamedSet("dispatch", key: [.priority], value: .verdict)
    static let endpoints = NamedSet(
        "endpoints", key: frontendKey + [.random(modulus: 65536, offset: 0)],
        value: .fields([.destinationAddress, .destinationPort]))
    static let affinity = NamedSet(
        "affinity", key: affinityKey, value: .fields([.priority]),
        kind: .dynamic(size: 65_535))
    static let hairpins = NamedSet("hairpins", key: [.sourceAddress, .destinationAddress])

    static let all = [
        addresses, sources, guards, services, nodePorts, classes, dispatch, endpoints, affinity, hairpins,
    ]
}
