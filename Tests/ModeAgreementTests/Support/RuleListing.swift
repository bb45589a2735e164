import InternetAddresses

/// Rules in the form of `iptables-restore`, and their effect on a connection.
///
/// Supports the matches and targets that kube-proxy's rules use, and stops the test at any other.
struct RuleListing {
    struct UnknownRule: Error {
        var line: String
    }

    fileprivate struct Rule {
        var matches: [(Connection) -> Bool] = []
        /// Whether it matches by chance.
        var isRandom = false
        var target = ""
        var argument = ""
    }

    private var chains: [String: [Rule]] = [:]

    init(_ input: String) throws {
        var table = ""
        for line in input.split(separator: "\n") {
            if line.hasPrefix("*") { table = String(line.dropFirst()) }
            guard line.hasPrefix("-A ") else { continue }
            var words = try Words(line)
            words.skip()
            chains["\(table) \(words.next())", default: []].append(try Rule(&words, String(line)))
        }
    }

    /// All possible ends of a connection.
    func outcomes(of connection: Connection, isToNode: Bool) -> Set<Outcome> {
        var outcomes: Set<Outcome> = []
        for (after, translation) in walk("nat KUBE-SERVICES", connection) {
            guard case .translated(let address, let port) = translation else {
                outcomes.insert(filter(after, isToNode: isToNode))
                continue
            }
            var translated = after
            (translated.destination, translated.port) = (address, port)
            for (_, end) in walk("nat KUBE-POSTROUTING", translated) {
                outcomes.insert(.backend(address, port, isMasqueraded: end == .masqueraded))
            }
        }
        return outcomes
    }

    /// Untranslated connections pass the chains of the table filter.
    private func filter(_ connection: Connection, isToNode: Bool) -> Outcome {
        var chains = ["filter KUBE-SERVICES", "filter KUBE-PROXY-FIREWALL"]
        if !connection.isFromNode || isToNode { chains.insert("filter KUBE-EXTERNAL-SERVICES", at: 0) }
        for chain in chains {
            for (_, end) in walk(chain, connection) {
                if end == .dropped { return .dropped }
                if end == .refused { return .refused }
            }
        }
        return .untouched
    }

    private enum End: Equatable {
        case returned
        case translated(IPAddress, UInt16)
        case masqueraded
        case dropped
        case refused
        case accepted
    }

    private func walk(_ chain: String, _ connection: Connection) -> [(Connection, End)] {
        let table = chain.prefix { $0 != " " }
        var open = [connection]
        var ends: [(Connection, End)] = []
        for rule in chains[chain] ?? [] {
            var next: [Connection] = []
            for connection in open {
                guard rule.matches.allSatisfy({ $0(connection) }) else {
                    next.append(connection)
                    continue
                }
                if rule.isRandom { next.append(connection) }
                switch rule.target {
                case "RETURN": ends.append((connection, .returned))
                case "DROP": ends.append((connection, .dropped))
                case "REJECT": ends.append((connection, .refused))
                case "ACCEPT": ends.append((connection, .accepted))
                case "MASQUERADE": ends.append((connection, .masqueraded))
                case "DNAT":
                    let colon = rule.argument.lastIndex(of: ":") ?? rule.argument.endIndex
                    let host = rule.argument[..<colon].filter { $0 != "[" && $0 != "]" }
                    if let address = IPAddress(host), let port = UInt16(rule.argument[colon...].dropFirst()) {
                        ends.append((connection, .translated(address, port)))
                    }
                case "MARK":
                    let numbers = rule.argument.split(separator: "/").compactMap { UInt32($0.dropFirst(2), radix: 16) }
                    var marked = connection
                    if numbers.count == 2 { marked.mark = (marked.mark & ~numbers[1]) ^ numbers[0] }
                    next.append(marked)
                default:
                    for (after, end) in walk("\(table) \(rule.target)", connection) {
                        if end == .returned { next.append(after) } else { ends.append((after, end)) }
                    }
                }
            }
            open = Array(Set(next))
        }
        return ends + open.map { ($0, .returned) }
    }
}

extension RuleListing.Rule {
    fileprivate init(_ words: inout Words, _ line: String) throws {
        var isNegated = false
        func match(_ test: @escaping (Connection) -> Bool) {
            let negated = isNegated
            matches.append { test($0) != negated }
            isNegated = false
        }
        while let word = words.nextIfAny() {
            switch word {
            case "!": isNegated = true
            case "-s", "-d":
                guard let network = IPNetwork(words.next()) else { throw RuleListing.UnknownRule(line: line) }
                match { network.contains(word == "-s" ? $0.source : $0.destination) }
            case "-p":
                let name = words.next()
                match { $0.transport.lowercased == name }
            case "--dport":
                let port = UInt16(words.next())
                match { $0.port == port }
            case "-m":
                words.skip()
            case "--comment", "--nfacct-name", "--name", "--mask", "--seconds", "--reject-with": words.skip()
            case "--reap", "--rsource", "--set", "--random-fully": break
            // No client has been here before.
            case "--rcheck": match { _ in false }
            case "--mode": words.skip()
            case "--probability":
                words.skip()
                isRandom = true
            case "--src-type":
                words.skip()
                match { $0.isFromNode }
            case "--dst-type":
                words.skip()
                match { _ in true }
            case "--mark":
                let numbers = words.next().split(separator: "/").compactMap { UInt32($0.dropFirst(2), radix: 16) }
                guard numbers.count == 2 else { throw RuleListing.UnknownRule(line: line) }
                match { $0.mark & numbers[1] == numbers[0] }
            case "--ctstate":
                let states = words.next()
                match { _ in states.contains("NEW") }
            case "-j": target = words.next()
            case "--to-destination", "--set-xmark": argument = words.next()
            default: throw RuleListing.UnknownRule(line: line)
            }
        }
    }
}

/// The words of a line; a quoted text is one.
private struct Words {
    private var words: ArraySlice<String>

    init(_ line: Substring) throws {
        var words: [String] = []
        for (index, part) in line.split(separator: "\"", omittingEmptySubsequences: false).enumerated() {
            if index % 2 == 1 {
                words.append(String(part))
            } else {
                words += part.split(separator: " ").map(String.init)
            }
        }
        self.words = words[...]
    }

    mutating func nextIfAny() -> String? { words.popFirst() }
    mutating func next() -> String { words.popFirst() ?? "" }
    mutating func skip() { words = words.dropFirst() }
}
