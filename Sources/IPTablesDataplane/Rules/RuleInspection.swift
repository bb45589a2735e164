import Dataplane
import IPTables
import InternetAddresses
import ServiceRouting

/// Finds the frontends and their destinations in rules as `iptables-save` prints them.
struct RuleInspection {
    /// The relevant options of a rule.
    private struct Rule {
        var destination: IPAddress?
        var transport: TransportProtocol?
        var port: UInt16?
        var isFromNode = false
        var target = ""
        var translation = ""
    }

    private let family: IPFamily
    /// The table nat, by chain.
    private var translating: [String: [Rule]] = [:]
    /// The table filter.
    private var filtering: [Rule] = []

    private static let filterChains: Set<String> = [ChainName.services, ChainName.externalServices]

    init(_ saved: SavedRules, _ family: IPFamily) {
        self.family = family
        for line in saved.rules(in: .nat) {
            let (chain, rule) = Self.read(line)
            if chain.hasPrefix("KUBE-") { translating[chain, default: []].append(rule) }
        }
        for line in saved.rules(in: .filter) {
            let (chain, rule) = Self.read(line)
            if Self.filterChains.contains(chain) { filtering.append(rule) }
        }
    }

    /// All frontends, in no order.
    var frontends: [InspectedFrontend] {
        var found: [InspectedFrontend.Place: InspectedFrontend] = [:]
        let services = translating[ChainName.services] ?? []
        // Without an address the jump matches every address of the node.
        let jumps = services.filter { $0.target == ChainName.nodePorts }
        for rule in services where rule.target != ChainName.nodePorts { add(rule, at: rule.destination, to: &found) }
        for rule in translating[ChainName.nodePorts] ?? [] where rule.destination?.isLoopback != true {
            for jump in jumps { add(rule, at: jump.destination, to: &found) }
        }
        for rule in filtering where rule.target == "REJECT" || rule.target == "DROP" {
            let action: InspectedFrontend.Destination = rule.target == "REJECT" ? .refuse : .drop
            let places = rule.destination.map { [$0] } ?? jumps.map(\.destination)
            for place in places.compactMap({ place(rule, at: $0) }) {
                // Translated packets do not get here.
                if found[place] == nil { found[place] = InspectedFrontend(place, inside: action, outside: action) }
            }
        }
        return Array(found.values)
    }

    /// The chains to which the frontends of routes, and chains of these names, lead.
    func targets(of routes: [ServicePortRoute], _ chains: Set<String>) -> Set<String> {
        var spots: Set<InspectedFrontend.Place> = []
        for route in routes {
            for frontend in route.frontends { spots.insert(InspectedFrontend(frontend, of: route).place) }
        }
        let portsOfNode = Set(routes.flatMap { route in route.frontends.filter { $0.kind == .nodePort }.map(\.port) })
        var targets: Set<String> = []
        for rule in translating[ChainName.services] ?? [] {
            if let place = place(rule, at: rule.destination), spots.contains(place) { targets.insert(rule.target) }
        }
        for rule in translating[ChainName.nodePorts] ?? [] {
            if let port = rule.port, portsOfNode.contains(port) { targets.insert(rule.target) }
        }
        for chain in chains { targets.formUnion((translating[chain] ?? []).map(\.target)) }
        return targets.filter { ChainName.isOfService($0) }
    }

    private func place(_ rule: Rule, at address: IPAddress?) -> InspectedFrontend.Place? {
        guard let transport = rule.transport, let port = rule.port else { return nil }
        return InspectedFrontend.Place(address: address, family: family, port: port, transport: transport)
    }

    private func add(
        _ rule: Rule, at address: IPAddress?, to found: inout [InspectedFrontend.Place: InspectedFrontend]
    ) {
        guard let place = place(rule, at: address), found[place] == nil,
            let (inside, outside) = destinations(of: rule.target)
        else { return }
        found[place] = InspectedFrontend(place, inside: inside, outside: outside)
    }

    private typealias Destination = InspectedFrontend.Destination

    /// Where a Service's chain leads connections from inside and from outside; `nil` if it does not exist.
    private func destinations(of chain: String) -> (inside: Destination, outside: Destination)? {
        guard let rules = translating[chain] else { return nil }
        if chain.hasPrefix("KUBE-FW-") {
            return rules.first { $0.target.hasPrefix("KUBE-EXT-") }.flatMap { destinations(of: $0.target) }
        }
        guard chain.hasPrefix("KUBE-EXT-") else {
            let backends = backends(of: rules)
            return (.backends(backends), .backends(backends))
        }
        // Under policy Local the node's own connections leave early; the last rule is for all others.
        let last = rules.last { $0.target.hasPrefix("KUBE-SV") && !$0.isFromNode }
        let own = rules.first { $0.target.hasPrefix("KUBE-SV") && $0.isFromNode }
        let outside = last.map { Destination.backends(backends(of: translating[$0.target] ?? [])) } ?? .drop
        guard let own else { return (outside, outside) }
        let inside = Destination.backends(backends(of: translating[own.target] ?? []))
        // If only a rule for pods leads on, clients outside are not served.
        return (inside, last?.target == own.target ? .drop : outside)
    }

    private func backends(of rules: [Rule]) -> Set<Backend> {
        var backends: Set<Backend> = []
        for rule in rules where rule.target.hasPrefix("KUBE-SEP-") {
            for endpoint in translating[rule.target] ?? [] {
                if let backend = Backend(endpoint.translation) { backends.insert(backend) }
            }
        }
        return backends
    }

    /// Reads the relevant options; comments may contain anything.
    private static func read(_ line: String) -> (chain: String, Rule) {
        var rule = Rule()
        var chain = ""
        let unquoted = line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 0 }.map(\.element).joined(separator: " ")
        var words = unquoted.split(separator: " ")[...]
        while let word = words.popFirst() {
            switch word {
            case "-A": chain = words.popFirst().map(String.init) ?? ""
            case "-d": rule.destination = words.popFirst().flatMap { IPNetwork(String($0))?.address }
            case "-p":
                let name = words.popFirst()
                rule.transport = TransportProtocol.allCases.first { $0.lowercased == name ?? "" }
            case "--dport": rule.port = words.popFirst().flatMap { UInt16($0) }
            case "--src-type": rule.isFromNode = words.popFirst() == "LOCAL"
            case "-j": rule.target = words.popFirst().map(String.init) ?? ""
            case "--to-destination": rule.translation = words.popFirst().map(String.init) ?? ""
            default: break
            }
        }
        return (chain, rule)
    }
}

extension Backend {
    /// Reads `10.244.0.5:8080` or `[fd00::5]:8080`.
    fileprivate init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[colon...].dropFirst()),
            let address = IPAddress(text[..<colon].filter { $0 != "[" && $0 != "]" })
        else { return nil }
        self.init(address: address, port: port)
    }
}
