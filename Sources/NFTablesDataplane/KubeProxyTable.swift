import Dataplane
import Glibc
import InternetAddresses
import NFTables
import Netlink
import ServiceRouting

/// What kube-proxy has programmed in nftables mode, for one IP family.
///
/// Its maps `service-ips` and `service-nodeports` lead from frontends to a chain for each Service port, in which an
/// unnamed map, or a chain for each endpoint, has the backends. Frontends without endpoints are in maps of their own.
struct KubeProxyTable: Sendable {
    /// Where a frontend leads, as a chain's name; `nil` for a frontend that drops.
    private var verdicts: [String: [InspectedFrontend.Place: Verdict]] = [:]
    private(set) var rules: [String: [[Expression?]]] = [:]
    /// The backends in maps without a name, and the chains in such maps of verdicts.
    private var backends: [String: [Backend]] = [:]
    private var targets: [String: [String]] = [:]

    /// How deep chains lead to each other at most: external, service, endpoint.
    private static let depth = 4

    /// What has no endpoints is looked at before what has some.
    static let frontendMaps = [
        "no-endpoint-services", "no-endpoint-nodeports", "service-ips", "service-nodeports",
    ]
    static let nodeAddresses = "nodeport-ips"

    /// Chains that every packet passes.
    private static let sharedChains = ["nat-prerouting", "nat-output", "nat-postrouting", "services", "masquerading"]

    /// The chains of its own that every packet passes, and that are empty or not there.
    var missingChains: [String] { Self.sharedChains.filter { rules[$0, default: []].isEmpty } }

    /// The frontends that packets find, and where each leads.
    var frontends: [InspectedFrontend] {
        var found: [InspectedFrontend.Place: InspectedFrontend] = [:]
        for map in Self.frontendMaps {
            for (place, verdict) in verdicts[map] ?? [:] where found[place] == nil {
                guard let (inside, outside) = destinations(verdict) else { continue }
                found[place] = InspectedFrontend(place, inside: inside, outside: outside)
            }
        }
        return Array(found.values)
    }

    private typealias Destination = InspectedFrontend.Destination

    /// `nil` for a chain that has gone.
    private func destinations(_ verdict: Verdict) -> (inside: Destination, outside: Destination)? {
        guard let chain = verdict.chain else { return verdict == .drop ? (.drop, .drop) : nil }
        if chain == "reject-chain" { return (.refuse, .refuse) }
        guard let own = rules[chain], !own.isEmpty else { return nil }
        guard chain.hasPrefix("external-") else {
            let backends = Destination.backends(backends(of: chain))
            return (backends, backends)
        }
        // Rules with a condition are for the node and its pods; the last one is for everybody else.
        var inside: Destination?
        var outside: Destination?
        for rule in own {
            guard let target = rule.target, target.hasPrefix("service-") else { continue }
            let destination = Destination.backends(backends(of: target))
            if rule.hasCondition { inside = inside ?? destination } else { outside = outside ?? destination }
        }
        return (inside ?? outside ?? .drop, outside ?? .drop)
    }

    private func backends(of chain: String, depth: Int = 0) -> Set<Backend> {
        guard depth < Self.depth else { return [] }
        var found: Set<Backend> = []
        for rule in rules[chain] ?? [] {
            if let backend = rule.translation { found.insert(backend) }
            for case .map(_, let set, _)? in rule { found.formUnion(backends[set] ?? []) }
            // With session affinity a rule for each endpoint finds the clients that it had before, and a map draws one
            // for others: packets of new clients go by the map.
            for case .dispatch(_, let set)? in rule {
                for target in targets[set] ?? [] { found.formUnion(backends(of: target, depth: depth + 1)) }
            }
        }
        return found
    }
}

// MARK: - Reading

extension KubeProxyTable {
    /// Reads all of the table; `nil` where there is none.
    static func whole(_ table: Table, _ connection: inout NFTablesConnection) throws(NetlinkError) -> KubeProxyTable? {
        guard try connection.contains(table) else { return nil }
        var found = KubeProxyTable()
        let nodes = try connection.addresses(in: nodeAddresses, of: table)
        for map in frontendMaps {
            try connection.forEachVerdict(of: map, in: table) { key, verdict in
                for place in Self.places(key, isNodePort: map.hasSuffix("nodeports"), nodes, table.family) {
                    found.verdicts[map, default: [:]][place] = verdict
                }
            }
        }
        found.rules = try connection.steps(of: table)
        for rule in found.rules.values.joined() { try found.readMaps(of: rule, table, &connection) }
        return found
    }

    /// Reads what connections to some frontends pass; `nil` where there is no table.
    static func part(
        _ table: Table, of places: Set<InspectedFrontend.Place>, _ connection: inout NFTablesConnection
    ) throws(NetlinkError) -> KubeProxyTable? {
        guard try connection.contains(table) else { return nil }
        var found = KubeProxyTable()
        for chain in sharedChains { found.rules[chain] = try connection.steps(of: table, chain: chain)[chain] }
        for map in frontendMaps {
            for place in places where place.family == table.family {
                let verdict = try connection.verdict(of: place, in: map, of: table)
                guard let verdict else { continue }
                found.verdicts[map, default: [:]][place] = verdict
                if let chain = verdict.chain { try found.read(chain, table, &connection) }
            }
        }
        return found
    }

    /// Reads a chain and all that it leads to.
    private mutating func read(
        _ chain: String, _ table: Table, _ connection: inout NFTablesConnection, depth: Int = 0
    ) throws(NetlinkError) {
        guard rules[chain] == nil, depth < Self.depth else { return }
        let own = try connection.steps(of: table, chain: chain)[chain, default: []]
        rules[chain] = own
        for rule in own {
            try readMaps(of: rule, table, &connection)
            for case .dispatch(_, let set)? in rule {
                for target in targets[set] ?? [] { try read(target, table, &connection, depth: depth + 1) }
            }
            if let target = rule.target { try read(target, table, &connection, depth: depth + 1) }
        }
    }

    /// Reads the maps without a name that a rule looks into.
    private mutating func readMaps(
        of rule: [Expression?], _ table: Table, _ connection: inout NFTablesConnection
    ) throws(NetlinkError) {
        for case let step? in rule {
            switch step {
            case .map(_, let set, _) where set.hasPrefix("__"):
                var found: [Backend] = []
                try connection.forEachElement(of: set, in: table) { element in
                    var data = element.data
                    found.append(Backend(address: data.address(table.family), port: data.port()))
                }
                backends[set] = found
            case .dispatch(_, let set) where set.hasPrefix("__"):
                var found: [String] = []
                try connection.forEachElement(of: set, in: table) { element in
                    if let chain = element.verdict?.chain { found.append(chain) }
                }
                targets[set] = found
            default: break
            }
        }
    }

    /// The frontends that a key stands for: a node port is open on all addresses of the node that have some.
    private static func places(
        _ key: FieldReader, isNodePort: Bool, _ nodes: [IPAddress], _ family: IPFamily
    ) -> [InspectedFrontend.Place] {
        var key = key
        let addresses = isNodePort ? nodes : [key.address(family)]
        guard let transport = key.transport() else { return [] }
        let port = key.port()
        return addresses.map {
            InspectedFrontend.Place(address: $0, family: family, port: port, transport: transport)
        }
    }
}

extension NFTablesConnection {
    fileprivate mutating func addresses(in set: String, of table: Table) throws(NetlinkError) -> [IPAddress] {
        var addresses: [IPAddress] = []
        do throws(NetlinkError) {
            try forEachElement(of: set, in: table) { element in
                var key = element.key
                addresses.append(key.address(table.family))
            }
        } catch {
            guard error.errno == ENOENT else { throw error }
        }
        return addresses
    }

    fileprivate mutating func forEachVerdict(
        of map: String, in table: Table, _ body: (FieldReader, Verdict) -> Void
    ) throws(NetlinkError) {
        do throws(NetlinkError) {
            try forEachElement(of: map, in: table) { element in
                if let verdict = element.verdict { body(element.key, verdict) }
            }
        } catch {
            guard error.errno == ENOENT else { throw error }
        }
    }

    /// `nft get element ip kube-proxy service-ips { 10.96.0.5 . tcp . 80 }`
    fileprivate mutating func verdict(
        of place: InspectedFrontend.Place, in map: String, of table: Table
    ) throws(NetlinkError) -> Verdict? {
        guard let address = place.address else { return nil }
        let isNodePort = map.hasSuffix("nodeports")
        if isNodePort {
            // The port alone says nothing: the address has to be one on which node ports are open.
            guard try contains(address, in: KubeProxyTable.nodeAddresses, of: table) else { return nil }
        }
        var found: Verdict?
        _ = try readElement(
            of: map, in: table,
            key: { writer in
                if !isNodePort { writer.address(address) }
                writer.transport(place.transport)
                writer.port(place.port)
            }, { found = $0.verdict })
        return found
    }

    private mutating func contains(
        _ address: IPAddress, in set: String, of table: Table
    ) throws(NetlinkError) -> Bool {
        try readElement(of: set, in: table, key: { $0.address(address) }, { _ in })
    }
}

extension Verdict {
    /// The chain in which a packet goes on.
    fileprivate var chain: String? {
        switch self {
        case .jump(let chain), .goto(let chain): chain
        case .accept, .drop, .return: nil
        }
    }
}

extension [Expression?] {
    /// The chain to which the rule leads at its end.
    fileprivate var target: String? {
        if case .verdict(let verdict)?? = last { verdict.chain } else { nil }
    }

    /// Whether the rule is for some packets only.
    fileprivate var hasCondition: Bool {
        contains { step in
            switch step {
            case .compare, .find, nil: true
            default: false
            }
        }
    }

    /// `dnat to 10.0.0.1:80`
    fileprivate var translation: Backend? {
        var values: [Int: [UInt8]] = [:]
        for case .value(let bytes, let register)? in self { values[register] = bytes }
        guard case .dnat(_, let addressRegister, let portRegister)?? = last,
            let address = values[addressRegister].flatMap({ IPAddress(networkBytes: $0) }),
            let port = values[portRegister], port.count >= 2
        else { return nil }
        return Backend(address: address, port: UInt16(port[0]) << 8 | UInt16(port[1]))
    }
}
