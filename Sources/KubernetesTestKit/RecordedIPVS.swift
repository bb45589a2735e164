import Foundation

/// The output of `ipvsadm -S -n`, `ipset save`, `ip -brief address`, `iptables-save` and
/// `ip6tables-save`, in this order.
///
/// Lines of the first three are sets: their order is irrelevant. Rules keep their order within a chain.
package struct RecordedIPVS: Sendable, Hashable {
    /// `-A -t 10.96.0.1:80 -s rr`, `-a -t …`
    package var servers: Set<String> = []
    /// `create KUBE-CLUSTER-IP hash:ip,port family inet …`, without parameters that kube-proxy does not choose
    package var sets: Set<String> = []
    /// `add KUBE-CLUSTER-IP 10.96.0.1,tcp:80`
    package var entries: Set<String> = []
    /// `10.96.0.1/32`
    package var addresses: Set<String> = []
    /// By table and chain, such as `ip nat KUBE-SERVICES`; ip6 has only the table nat.
    package var rules: [String: [String]] = [:]

    /// Reads a recording.
    package init(scenario: String) throws {
        let file = Fixtures.scenarios.appending(path: "\(scenario)/ipvs.txt")
        self.init(try String(contentsOf: file, encoding: .utf8))
    }

    /// Reads the text. The IPv6 rules follow the line `# ip6tables-save -t nat`.
    package init(_ text: String) {
        var family = "ip"
        var table = ""
        for line in text.split(separator: "\n").map(String.init) {
            let words = line.split(separator: " ").map(String.init)
            switch words.first {
            case "#":
                if line.contains("ip6tables-save") { family = "ip6" }
            case "*nat", "*filter", "*mangle": table = String(line.dropFirst())
            case "create": sets.insert(Self.normalized(words))
            case "add": entries.insert(line)
            case "kube-ipvs0": addresses = Set(words.dropFirst(2).filter { !$0.hasPrefix("fe80:") })
            case "-A" where table.isEmpty, "-a" where table.isEmpty:
                // Some versions of ipvsadm -S -n print no trailing space.
                servers.insert(words.joined(separator: " "))
            case "-A": rules["\(family) \(table) \(words[1])", default: []].append(line)
            default: break
            }
        }
    }

    /// The first `create` of a set says how it was created; the kernel adds random seeds and later revisions add sizes.
    private static func normalized(_ words: [String]) -> String {
        var kept: [String] = []
        var skipsNext = false
        for word in words {
            if skipsNext {
                skipsNext = false
            } else if ["bucketsize", "initval"].contains(word) {
                skipsNext = true
            } else {
                kept.append(word)
            }
        }
        return kept.joined(separator: " ")
    }

    /// The differences between two, one per line: `missing …` and `superfluous …`. Rules are compared chain by chain,
    /// only for chains that this one has.
    package func difference(to other: RecordedIPVS) -> [String] {
        var lines: [String] = []
        for (own, others) in [
            (servers, other.servers), (sets, other.sets), (entries, other.entries), (addresses, other.addresses),
        ] {
            lines += own.subtracting(others).map { "missing \($0)" }
            lines += others.subtracting(own).map { "superfluous \($0)" }
        }
        for chain in Set(rules.keys).union(other.rules.keys) where isComparable(chain) {
            let (own, others) = (rules[chain] ?? [], other.rules[chain] ?? [])
            guard own != others else { continue }
            lines += own.filter { !others.contains($0) }.map { "missing \(chain): \($0)" }
            lines += others.filter { !own.contains($0) }.map { "superfluous \(chain): \($0)" }
            if Set(own) == Set(others) { lines.append("order of \(chain)") }
        }
        return lines.sorted()
    }

    /// The IPv6 filter table was not recorded.
    private func isComparable(_ chain: String) -> Bool { !chain.hasPrefix("ip6 filter") }
}
