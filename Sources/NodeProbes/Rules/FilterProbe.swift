import CLinux
package import Diagnosis
import InternetAddresses
import NFTables
import Netlink

/// Reads other programs' rules, through the tools that print them.
///
/// Unless restricted, these tools read all of nf_tables: on a node with many Services `nft list tables` takes ten
/// seconds, and `iptables-nft-save` a minute. So they are asked for single tables, or for single chains if a family has
/// many.
package enum FilterProbe {
    /// The tables of Service proxies, which are compared with their desired contents instead, and those that only count
    /// or trace.
    private static let proxies: Set<String> = [
        "servicelet", "servicelet-connections", "servicelet-trace", "kube-proxy",
    ]
    /// Families whose packets are not for Services.
    private static let otherFamilies: Set<String> = ["arp", "bridge", "netdev"]
    /// With more chains than this in a family, chains are asked for one by one.
    static let chainLimit = 1000

    /// The tables of this network namespace that can drop packets. Blocks while the tools run.
    package static func read() -> FilterFacts {
        var facts = FilterFacts()
        var all: [ForeignTable] = []
        do throws(NetlinkError) {
            var connection = NFTablesConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
            all = try connection.tables()
        } catch {
            facts.unread.append("the tables of nf_tables: \(error)")
        }
        var ofIPTables: Set<ForeignTable> = []
        for family in IPFamily.allCases {
            let name = family.nftName
            let builtIn = all.filter { $0.family == name && IPTablesReading.tables.contains($0.name) }
            if !builtIn.isEmpty {
                let found = IPTablesReading(family, isLarge: isLarge(name)).nft(builtIn.map(\.name), &facts)
                // nft cannot say what the matches of these mean.
                for table in found {
                    let own = table.name.split(separator: " ").last.map(String.init) ?? ""
                    ofIPTables.insert(ForeignTable(family: name, name: own))
                }
                facts.tables += found
            }
            facts.tables += IPTablesReading(family, isLarge: false).legacy(&facts)
        }
        for table in all
        where !proxies.contains(table.name) && !otherFamilies.contains(table.family) && !ofIPTables.contains(table) {
            read(table, &facts)
        }
        return facts
    }

    private static func isLarge(_ family: String) -> Bool { chains(of: ForeignTable(family: family, name: "")) == nil }

    /// The chains of a table; `nil` where its family has many. What cannot be listed has none.
    private static func chains(of table: ForeignTable, limit: Int = chainLimit) -> [String]? {
        do throws(NetlinkError) {
            var connection = NFTablesConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
            return try connection.chains(of: table, limit: limit)
        } catch {
            return []
        }
    }

    private static func read(_ table: ForeignTable, _ facts: inout FilterFacts) {
        var listings: [String] = []
        // nft reads the chains of all families.
        if ["ip", "ip6"].contains(where: isLarge) {
            let names = chains(of: table, limit: .max) ?? []
            for chain in names {
                let arguments = ["nft", "-j", "list", "chain", table.family, table.name, chain]
                if let json = PrintedText.of(arguments, &facts) { listings.append(json) }
            }
            for set in Set(listings.flatMap(Self.namedSets)).sorted() {
                let arguments = ["nft", "-j", "list", "set", table.family, table.name, set]
                // What is a map is told by its verdicts, which a rule that may hold does not need.
                if let json = PrintedText.of(arguments, &facts) { listings.append(json) }
            }
        } else if let json = PrintedText.of(["nft", "-j", "list", "table", table.family, table.name], &facts) {
            listings.append(json)
        }
        do throws(DiagnosisError) {
            facts.tables += try NFTListing.read(listings.map { Array($0.utf8) })
        } catch {
            facts.unread.append("table \(table.family) \(table.name): \(error)")
        }
    }

    /// The sets that rules name: `"right": "@bad"`.
    static func namedSets(in json: String) -> [String] {
        json.split(separator: "\"@").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }
}
