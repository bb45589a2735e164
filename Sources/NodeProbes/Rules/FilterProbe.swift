import ChildProcesses
package import Diagnosis
package import InternetAddresses

/// Reads other programs' rules, through the tools that print them.
package enum FilterProbe {
    private static let timeout = Duration.seconds(5)
    /// The tables of Service proxies, which are compared with their desired contents instead, and one that only counts.
    private static let proxies: Set<String> = ["servicelet", "servicelet-connections", "kube-proxy"]

    /// The tables of this network namespace that can drop packets. Blocks while the tools run.
    package static func read() -> FilterFacts {
        var facts = FilterFacts()
        // Tables of iptables' nft back end are also nf_tables tables, but nft cannot interpret their matches.
        var ofIPTables: Set<String> = []
        for family in IPFamily.allCases {
            let program = family == .ipv4 ? "iptables" : "ip6tables"
            for backend in ["nft", "legacy"] {
                guard let text = output(["\(program)-\(backend)-save"], &facts) else { continue }
                let tables = IPTablesListing.read(text, family)
                facts.tables += tables
                guard backend == "nft" else { continue }
                let prefix = family == .ipv4 ? "ip" : "ip6"
                for table in tables { ofIPTables.insert("\(prefix) \(table.name.split(separator: " ").last ?? "")") }
            }
        }
        guard let listing = output(["nft", "list", "tables"], &facts) else { return facts }
        for line in listing.split(separator: "\n") {
            // table inet firewall
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 3, words[0] == "table", !proxies.contains(words[2]),
                !ofIPTables.contains("\(words[1]) \(words[2])"), !["arp", "bridge", "netdev"].contains(words[1])
            else { continue }
            guard let json = output(["nft", "-j", "list", "table", words[1], words[2]], &facts) else { continue }
            do throws(DiagnosisError) {
                facts.tables += try NFTListing.read(Array(json.utf8))
            } catch {
                facts.unread.append("table \(words[1]) \(words[2]): \(error)")
            }
        }
        return facts
    }

    /// kube-proxy's table of a family, as `nft -j` prints it; `nil` if there is no such table. Blocks.
    package static func kubeProxyTable(_ family: IPFamily) -> [UInt8]? {
        var facts = FilterFacts()
        let name = family == .ipv4 ? "ip" : "ip6"
        return output(["nft", "-j", "list", "table", name, "kube-proxy"], &facts).map { Array($0.utf8) }
    }

    /// The output of a program; `nil` if it is not installed or fails, which is noted.
    private static func output(_ arguments: [String], _ facts: inout FilterFacts) -> String? {
        var bytes: [UInt8] = []
        do throws(Command.Failure) {
            let outcome = try Command(arguments: arguments, timeout: timeout).run { bytes += $0 }
            if outcome.status == 0 { return String(decoding: bytes, as: UTF8.self) }
            facts.unread.append(
                "\(arguments.joined(separator: " ")): \(outcome.errors.split(separator: "\n").first ?? "")")
        } catch {
            // A back end that is not installed has no rules to read.
            if case .notFound = error, arguments[0] != "nft" { return nil }
            facts.unread.append("\(error)")
        }
        return nil
    }
}
