package import InternetAddresses

/// Parses the output of `iptables-save` into tables that can be walked, and that of `iptables -S` after a line with the
/// table, `*filter`.
package enum IPTablesListing {
    /// The tables of one family, without those that iptables cannot print.
    package static func read(_ text: String, _ family: IPFamily) -> [FilterTable] {
        var tables: [FilterTable] = []
        for line in text.split(whereSeparator: \.isNewline) {
            switch line.first {
            case "*":
                let program = family == .ipv4 ? "iptables" : "ip6tables"
                tables.append(FilterTable(name: "\(program) table \(line.dropFirst())", family: family))
            case ":" where !tables.isEmpty: declare(line, &tables[tables.count - 1])
            case "-" where !tables.isEmpty && (line.hasPrefix("-P ") || line.hasPrefix("-N ")):
                // -P FORWARD DROP, -N MINE
                declare(":" + line.dropFirst(3) + " -", &tables[tables.count - 1])
            case "-" where !tables.isEmpty: add(line, &tables[tables.count - 1])
            default: break
            }
        }
        return tables
    }

    /// `:FORWARD DROP [0:0]`
    private static func declare(_ line: Substring, _ table: inout FilterTable) {
        let words = line.dropFirst().split(separator: " ")
        guard words.count > 1 else { return }
        let name = String(words[0])
        var chain = FilterChain()
        if words[1] != "-" {
            chain.hook = FilterHook(rawValue: name.lowercased())
            chain.dropsByDefault = words[1] == "DROP"
            chain.isNAT = table.name.hasSuffix(" nat")
            chain.priority = priority(of: table.name, chain.hook)
        }
        table.chains[name] = chain
    }

    /// `NF_IP_PRI_RAW` and the others of <linux/netfilter_ipv4.h>.
    private static func priority(of table: String, _ hook: FilterHook?) -> Int {
        switch table.split(separator: " ").last {
        case "raw": -300
        case "mangle": -150
        case "nat": hook == .postrouting || hook == .input ? 100 : -100
        case "security": 50
        default: 0
        }
    }

    private static func add(_ line: Substring, _ table: inout FilterTable) {
        var words = IPTablesWords(line)
        guard words.next() == "-A", let chain = words.next() else { return }
        var reader = IPTablesRule()
        while let word = words.next() { reader.take(word, &words) }
        let rule = FilterRule(text: String(line), matches: reader.matches, action: reader.action)
        table.chains[chain, default: FilterChain()].rules.append(rule)
    }
}

/// The words of a rule; quoted blanks do not separate words.
package struct IPTablesWords {
    private var rest: Substring

    /// The words of one line.
    package init(_ line: Substring) { rest = line }

    /// The next word; `nil` after the last one.
    package mutating func next() -> String? {
        rest = rest.drop { $0 == " " }
        guard let first = rest.first else { return nil }
        guard first == "\"" else {
            let word = rest.prefix { $0 != " " }
            rest = rest[word.endIndex...]
            return String(word)
        }
        var word = ""
        rest = rest.dropFirst()
        while let character = rest.popFirst(), character != "\"" {
            if character == "\\", let escaped = rest.popFirst() { word.append(escaped) } else { word.append(character) }
        }
        return word
    }
}

/// The options of a rule, one after another.
struct IPTablesRule {
    private(set) var matches: [FilterMatch] = []
    private(set) var action = FilterRule.Action.next
    private var isNegated = false

    mutating func take(_ word: String, _ words: inout IPTablesWords) {
        if word == "!" { return isNegated = true }
        defer { isNegated = false }
        switch word {
        case "-m", "--match", "--comment", "--mask": _ = words.next()
        case "-s": add(.source(networks(words.next())))
        case "-d": add(.destination(networks(words.next())))
        case "-p": add(transport(words.next()))
        case "-i": add(.input([words.next() ?? ""]))
        case "-o": add(.output([words.next() ?? ""]))
        case "--sport", "--sports": add(.sourcePort(ports(words.next())))
        case "--dport", "--dports": add(.destinationPort(ports(words.next())))
        case "--ctstate", "--state":
            add(.state(Set((words.next() ?? "").split(separator: ",").map(String.init))))
        case "--mark": add(mark(words.next() ?? ""))
        case "--dst-type": add(words.next() == "LOCAL" ? .toThisNode : .unknown)
        case "-j": action = Self.action(words.next() ?? "")
        case "--notrack": action = .untrack
        case "-g": action = .goto(words.next() ?? "")
        case "--reject-with", "--set-xmark", "--to-destination", "--to-source", "--random-fully", "--log-prefix",
            "--log-level", "--nfmask", "--ctmask", "--save-mark", "--restore-mark", "--tcp-flags":
            if word == "--tcp-flags" {
                _ = words.next()
                add(.unknown)
            }
            if word != "--random-fully", !word.hasSuffix("-mark") || word == "--set-xmark" { _ = words.next() }
        default:
            // An unknown option may be a condition, with or without a value.
            if word.hasPrefix("-") { add(.unknown) }
        }
    }

    private mutating func add(_ test: FilterMatch.Test) { matches.append(FilterMatch(test, isNegated: isNegated)) }

    private static func action(_ target: String) -> FilterRule.Action {
        switch target {
        case "ACCEPT": .accept
        case "DROP", "REJECT": .drop
        case "RETURN": .return
        case "NOTRACK": .untrack
        case "LOG", "MARK", "CONNMARK", "TRACE", "NFLOG", "TCPMSS", "CT", "AUDIT", "CHECKSUM", "CLASSIFY",
            "DSCP", "TOS", "SET", "TTL", "HL", "":
            .next
        // These end the path through the table, and let the packet pass.
        case "DNAT", "SNAT", "MASQUERADE", "REDIRECT", "NETMAP", "TPROXY", "QUEUE", "NFQUEUE": .accept
        default: .jump(target)
        }
    }

    private func networks(_ text: String?) -> [IPNetwork] {
        (text ?? "").split(separator: ",").compactMap { part in
            if let network = IPNetwork(String(part)) { return network }
            return IPAddress(part).flatMap { IPNetwork(containing: $0, prefixLength: $0.family.addressBits) }
        }
    }

    private func transport(_ text: String?) -> FilterMatch.Test {
        let transport = text.flatMap { TransportProtocol($0.uppercased()) }
        return .transport(transport.map { [$0] } ?? [])
    }

    private func ports(_ text: String?) -> [ClosedRange<UInt16>] {
        (text ?? "").split(separator: ",").compactMap { part in
            let ends = part.split(separator: ":", omittingEmptySubsequences: false)
            let low = ends.first.flatMap { $0.isEmpty ? 0 : UInt16($0) }
            let high = ends.last.flatMap { $0.isEmpty ? UInt16.max : UInt16($0) }
            guard let low, let high, low <= high else { return nil }
            return low...high
        }
    }

    private func mark(_ text: String) -> FilterMatch.Test {
        let parts = text.split(separator: "/").map { number($0) }
        guard let value = parts.first ?? nil else { return .unknown }
        return .mark(value: value, mask: parts.count > 1 ? (parts[1] ?? .max) : .max)
    }

    private func number(_ text: Substring) -> UInt32? {
        text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
    }
}
