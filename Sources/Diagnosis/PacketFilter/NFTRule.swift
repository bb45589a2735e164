import InternetAddresses

/// The statements of a rule of `nft -j`, one after another.
struct NFTRule {
    private var matches: [FilterMatch] = []
    private var action = FilterRule.Action.next
    /// For a verdict map: a rule for each entry.
    private var branches: [(FilterMatch, FilterRule.Action)] = []
    private var words: [String] = []
    private let sets: (String) -> [JSONValue]?

    init(sets: @escaping (String) -> [JSONValue]?) { self.sets = sets }

    /// The rule in a few words.
    var text: String { words.joined(separator: " ") }

    func rules(text: String) -> [FilterRule] {
        guard branches.isEmpty else {
            return branches.map { FilterRule(text: text, matches: matches + [$0.0], action: $0.1) }
        }
        return [FilterRule(text: text, matches: matches, action: action)]
    }

    mutating func take(_ statement: JSONValue) {
        for (name, value) in statement.members {
            switch name {
            case "match": match(value)
            case "vmap": branch(value)
            case "accept", "drop", "reject", "return", "jump", "goto":
                action = Self.action(name, value) ?? .next
                words.append(name + (value["target"]?.text.map { " \($0)" } ?? ""))
            // These end the path through the chain, and let the packet pass.
            case "dnat", "snat", "masquerade", "redirect", "tproxy", "queue":
                action = .accept
                words.append(name)
            case "notrack":
                if action == .next { action = .untrack }
                words.append(name)
            case "counter", "log", "comment", "mangle", "flow", "set", "map", "quota": words.append(name)
            // Conditions on more than the packet.
            default:
                matches.append(FilterMatch(.unknown))
                words.append(name)
            }
        }
    }

    private static func action(_ name: String, _ value: JSONValue) -> FilterRule.Action? {
        switch name {
        case "accept": .accept
        case "drop", "reject": .drop
        case "return": .return
        case "jump": value["target"]?.text.map { .jump($0) }
        case "goto": value["target"]?.text.map { .goto($0) }
        case "continue": .next
        default: nil
        }
    }

    private mutating func match(_ value: JSONValue) {
        let left = value["left"] ?? .null
        let right = value["right"] ?? .null
        let isNegated = value["op"]?.text == "!="
        let isComparison = ["<", ">", "<=", ">="].contains(value["op"]?.text ?? "")
        let test = isComparison ? .unknown : test(left, values(right))
        matches.append(FilterMatch(test, isNegated: isNegated))
        words.append("\(NFTText.key(left)) \(isNegated ? "!= " : "")\(NFTText.value(right))")
    }

    private mutating func branch(_ value: JSONValue) {
        let key = value["key"] ?? .null
        let entries = value["data"].map(values) ?? []
        words.append("\(NFTText.key(key)) vmap \(NFTText.value(value["data"] ?? .null))")
        for entry in entries {
            let pair = entry.elements
            guard pair.count == 2, let verdict = pair[1].members.first,
                let action = Self.action(verdict.key, verdict.value)
            else { continue }
            branches.append((FilterMatch(test(key, values(pair[0]))), action))
        }
        if branches.isEmpty { branches = [(FilterMatch(.unknown), .accept)] }
    }

    /// The values on the right side of a comparison, or of the named set there.
    private func values(_ right: JSONValue) -> [JSONValue] {
        if let set = right["set"] { return set.elements.isEmpty ? [set] : set.elements }
        if let name = right.text, name.hasPrefix("@") { return sets(String(name.dropFirst())) ?? [.null] }
        if case .list(let list) = right { return list }
        return [right]
    }

    private func test(_ left: JSONValue, _ right: [JSONValue]) -> FilterMatch.Test {
        if let payload = left["payload"] { return payloadTest(payload, right) }
        if let key = left["meta"]?["key"]?.text { return metaTest(key, right) }
        if let key = left["ct"]?["key"]?.text, key == "state" || key == "status" {
            let states = right.compactMap(\.text).map { $0.uppercased() }
            return states.count == right.count ? .state(Set(states)) : .unknown
        }
        // meta mark & 0x4000 == 0x4000
        let operands = left["&"]?.elements ?? []
        if operands.count == 2, operands[0]["meta"]?["key"]?.text == "mark", let mask = operands[1].integer,
            let value = right.first?.integer
        {
            return .mark(value: UInt32(truncatingIfNeeded: value), mask: UInt32(truncatingIfNeeded: mask))
        }
        return .unknown
    }

    private func payloadTest(_ payload: JSONValue, _ right: [JSONValue]) -> FilterMatch.Test {
        let addresses = right.map(NFTText.network)
        let ports = right.map(NFTText.ports)
        switch payload["field"]?.text {
        case "saddr" where !addresses.contains(nil): return .source(addresses.compactMap(\.self))
        case "daddr" where !addresses.contains(nil): return .destination(addresses.compactMap(\.self))
        case "sport" where !ports.contains(nil): return .sourcePort(ports.compactMap(\.self))
        case "dport" where !ports.contains(nil): return .destinationPort(ports.compactMap(\.self))
        case "protocol", "nexthdr": return transports(right)
        default: return .unknown
        }
    }

    private func metaTest(_ key: String, _ right: [JSONValue]) -> FilterMatch.Test {
        let texts = right.compactMap(\.text)
        switch key {
        case "iifname", "iif": return .input(texts)
        case "oifname", "oif": return .output(texts)
        case "l4proto": return transports(right)
        case "nfproto", "protocol":
            let isIPv6 = texts.first == "ipv6" || texts.first == "ip6"
            return texts.count == 1 ? .family(isIPv6 ? .ipv6 : .ipv4) : .unknown
        case "mark":
            return right.first?.integer.map { .mark(value: UInt32(truncatingIfNeeded: $0), mask: .max) } ?? .unknown
        default: return .unknown
        }
    }

    private func transports(_ right: [JSONValue]) -> FilterMatch.Test {
        .transport(right.compactMap { $0.text.flatMap { TransportProtocol($0.uppercased()) } })
    }
}
