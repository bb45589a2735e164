import FoundationEssentials
import InternetAddresses

/// Parses the output of `nft -j list table …` into a table that can be walked.
package enum NFTListing {
    /// The tables in a listing.
    package static func read(_ json: [UInt8]) throws(DiagnosisError) -> [FilterTable] { try read([json]) }

    /// The tables in several listings, each of which may hold a part of them.
    package static func read(_ listings: [[UInt8]]) throws(DiagnosisError) -> [FilterTable] {
        var entries: [JSONValue] = []
        for json in listings {
            do {
                entries += try JSONDecoder().decode(JSONValue.self, from: Data(json))["nftables"]?.elements ?? []
            } catch {
                throw DiagnosisError(.system, "what nft printed cannot be read: \(error)", cause: error)
            }
        }
        var tables: [String: FilterTable] = [:]
        var sets: [String: [JSONValue]] = [:]
        for entry in entries {
            guard let set = entry["set"] ?? entry["map"], let key = tableName(set), let name = set["name"]?.text else {
                continue
            }
            sets["\(key) \(name)"] = set["elem"]?.elements ?? []
        }
        let known = sets
        for entry in entries {
            if let chain = entry["chain"], let key = tableName(chain) {
                declare(chain, &tables[key, default: table(key, chain)])
            } else if let rule = entry["rule"], let key = tableName(rule) {
                add(rule, &tables[key, default: table(key, rule)]) { known["\(key) \($0)"] }
            }
        }
        return tables.values.sorted { $0.name < $1.name }
    }

    private static func tableName(_ object: JSONValue) -> String? {
        guard let family = object["family"]?.text, let table = object["table"]?.text else { return nil }
        return "table \(family) \(table)"
    }

    private static func table(_ name: String, _ object: JSONValue) -> FilterTable {
        let family: IPFamily? =
            switch object["family"]?.text {
            case "ip": .ipv4
            case "ip6": .ipv6
            default: nil
            }
        return FilterTable(name: name, family: family)
    }

    private static func declare(_ object: JSONValue, _ table: inout FilterTable) {
        guard let name = object["name"]?.text else { return }
        var chain = FilterChain()
        // Chains of the families arp, bridge and netdev see other packets.
        if !["arp", "bridge", "netdev"].contains(object["family"]?.text ?? "") {
            chain.hook = object["hook"]?.text.flatMap { FilterHook(rawValue: $0) }
        }
        chain.priority = object["prio"]?.integer ?? 0
        chain.isNAT = object["type"]?.text == "nat"
        chain.dropsByDefault = object["policy"]?.text == "drop"
        table.chains[name] = chain
    }

    private static func add(_ object: JSONValue, _ table: inout FilterTable, sets: @escaping (String) -> [JSONValue]?) {
        guard let chain = object["chain"]?.text else { return }
        var reader = NFTRule(sets: sets)
        for statement in object["expr"]?.elements ?? [] { reader.take(statement) }
        let handle = object["handle"]?.integer.map { "handle \($0)" } ?? ""
        let comment = object["comment"]?.text.map { " comment \"\($0)\"" } ?? ""
        let text = "\(reader.text)\(comment) (\(handle))"
        table.chains[chain, default: FilterChain()].rules += reader.rules(text: text)
    }
}
