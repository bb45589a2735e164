import LabKit
import NFTables
import Testing

@testable import NFTablesDataplane

/// Damage by others to the table of ``SmallCluster``.
struct Damage: Sendable, CustomTestStringConvertible {
    var script: String
    /// The report's text about it.
    var report: [String]
    /// The number of messages that repair it.
    var messages: ClosedRange<Int>

    var testDescription: String { script }

    func inflict(in namespace: NetworkNamespace) async throws { try await namespace.nft(script) }

    private init(_ script: String, _ report: String..., messages: ClosedRange<Int>) {
        self.script = script
        self.report = report
        self.messages = messages
    }

    /// A list with session affinity of ``SmallCluster``.
    private static let shop = StickyNumber(preferredBy: StickyList.name(key("shop"), .cluster))

    static let all = [
        Damage("flush ruleset", "table ip servicelet", "table ip6 servicelet", messages: 60...200),
        Damage("delete table ip6 servicelet", "table ip6 servicelet", messages: 30...100),
        Damage(
            "delete element ip servicelet services { 10.96.0.1 . tcp . 80 }",
            "1 element of map services in table ip servicelet", messages: 1...1),
        Damage(
            "delete element ip6 servicelet hairpin { fd00:10:244::1 . fd00:10:244::1 }",
            "1 element of set hairpin in table ip6 servicelet", messages: 1...1),
        Damage(
            "flush map ip servicelet services", "6 elements of map services in table ip servicelet",
            messages: 1...1),
        Damage(
            "flush map ip servicelet endpoints", "11 elements of map endpoints in table ip servicelet",
            messages: 1...1),
        Damage(
            "flush chain ip servicelet unserved", "rules of chain unserved in table ip servicelet",
            messages: 2...2),
        Damage(
            "insert rule ip servicelet prerouting counter accept",
            "rules of chain prerouting in table ip servicelet", messages: 5...5),
        Damage(
            "add element ip servicelet cluster-ips { 10.96.0.9 }",
            "1 element of set cluster-ips in table ip servicelet", messages: 1...1),
        Damage(
            "add element ip servicelet allowed-sources { 192.0.2.2 . tcp . 80 . 198.51.100.7 }",
            "1 element of set allowed-sources in table ip servicelet", messages: 1...2),
        Damage(
            """
            delete element ip servicelet services { 10.96.0.1 . tcp . 80 }
            add element ip servicelet services { 10.96.0.1 . tcp . 80 comment "odd" : 5c06:3 }
            """, "1 element of map services in table ip servicelet", messages: 2...2),
        Damage(
            // This one is unreadable, so the map is emptied and refilled.
            "add element ip servicelet services { 10.96.0.1 . icmp . 80 : 5c06:3 }",
            "7 elements of map services in table ip servicelet", messages: 2...2),
        Damage(
            """
            add set ip servicelet strange { type ipv4_addr; elements = { 192.0.2.9 }; }
            add chain ip servicelet odd { ip saddr @strange drop; }
            """, "foreign set strange in table ip servicelet", "foreign chain odd in table ip servicelet",
            messages: 4...4),
        Damage(
            """
            add chain ip servicelet odd
            add map ip servicelet strange { type ipv4_addr : verdict; elements = { 192.0.2.9 : goto odd }; }
            """, "foreign set strange in table ip servicelet", "foreign chain odd in table ip servicelet",
            messages: 4...4),
        Damage(
            """
            add chain ip servicelet odd
            add element ip servicelet dispatch { 1:1 : goto odd }
            """, "foreign chain odd in table ip servicelet",
            "1 element of map dispatch in table ip servicelet",
            messages: 4...4),
        Damage(
            "add chain ip servicelet odd { type filter hook forward priority 0; policy drop; }",
            "foreign chain odd in table ip servicelet", messages: 3...3),
        Damage(
            """
            delete element ip servicelet dispatch { 5c06:3 }
            flush chain ip servicelet pick-3/outsiders/hairpin
            delete chain ip servicelet pick-3/outsiders/hairpin
            """, "chain pick-3/outsiders/hairpin in table ip servicelet",
            "1 element of map dispatch in table ip servicelet",
            messages: 5...7),
        Damage(
            "flush chain ip servicelet \(shop.chain.name); delete map ip servicelet \(shop.affinity.name)",
            "map \(shop.affinity.name) in table ip servicelet",
            "rules of chain \(shop.chain.name) in table ip servicelet", messages: 6...6),
        Damage(
            """
            flush chain ip servicelet postrouting; delete chain ip servicelet postrouting
            add chain ip servicelet postrouting { type nat hook postrouting priority 50; }
            """, "chain postrouting in table ip servicelet", messages: 30...100),
        Damage(
            "add chain ip servicelet postrouting { policy drop; }",
            "chain postrouting in table ip servicelet", messages: 30...100),
        Damage(
            """
            flush chain ip servicelet output; delete chain ip servicelet output
            add chain ip servicelet output { type filter hook output priority -100; }
            """, "chain output in table ip servicelet", messages: 30...100),
        Damage(
            "add table ip servicelet { flags dormant; }", "flags in table ip servicelet",
            messages: 30...100),
    ]
}

extension Damage {
    /// A rule removed by its handle, as shown by `nft -a list`.
    static func deleteRule(of chain: String, in namespace: NetworkNamespace) async throws {
        let rules = try await namespace.run("nft", "-a", "list", "chain", "ip", Layout.tableName, chain)
        let line = try #require(
            rules.split(separator: "\n").first { $0.contains("# handle") && !$0.contains("chain") })
        let handle = try #require(line.split(separator: " ").last)
        try await namespace.nft("delete rule ip servicelet \(chain) handle \(handle)")
    }
}
