import InternetAddresses
import NFTables

/// The counting tables, one for each IP family. Each belongs to the process and is deleted with it.
///
/// Chains of type nat see only the first packet of each connection, once any rule translates: before that the kernel
/// tracks no connections. Ours run before the translating ones, and decide nothing.
///
///     table ip servicelet-connections {
///         set frontends { typeof ip daddr . meta l4proto . th dport; counter; }
///         set node-ports { typeof meta l4proto . th dport; counter; }
///         chain prerouting { type nat hook prerouting priority -110; policy accept; … }
///         chain output { type nat hook output priority -110; policy accept; … }
///     }
struct CounterLayout: Sendable, Hashable {
    /// Whether node ports may be open on all addresses, and are looked up by number alone.
    var hasOpenNodePorts: Bool

    static let tableName = "servicelet-connections"
    static let frontends = NamedSet(
        "frontends", key: [.destinationAddress, .transportProtocol, .destinationPort], countsPackets: true)
    static let nodePorts = NamedSet("node-ports", key: [.transportProtocol, .destinationPort], countsPackets: true)

    var sets: [NamedSet] { hasOpenNodePorts ? [Self.frontends, Self.nodePorts] : [Self.frontends] }

    /// Before `dstnat`, -100.
    static let chains = [
        Chain("prerouting", hook: Chain.Hook(.prerouting, priority: -110)),
        Chain("output", hook: Chain.Hook(.output, priority: -110)),
    ]

    var rules: [Rule] {
        let frontend = Rule(.isIn(Self.frontends.key, set: Self.frontends.name))
        let nodePort = Rule(.isToThisNode, .isIn(Self.nodePorts.key, set: Self.nodePorts.name))
        return hasOpenNodePorts ? [frontend, nodePort] : [frontend]
    }
}

extension Transaction {
    /// Creates an empty counting table.
    mutating func write(_ layout: CounterLayout, to table: Table) {
        addOwned(table)
        for set in layout.sets { add(set, to: table) }
        for chain in CounterLayout.chains {
            add(chain, to: table)
            for rule in layout.rules { add(rule, to: chain.name, of: table) }
        }
    }

    /// Starts counting at a place, from 0.
    mutating func add(_ place: CountedPlace, to table: Table) {
        addElement(to: place.set.name, of: table) { $0.key { place.write(to: &$0) } }
    }

    /// Stops counting at a place.
    mutating func remove(_ place: CountedPlace, from table: Table) {
        removeElement(from: place.set.name, of: table) { $0.key { place.write(to: &$0) } }
    }
}

extension CountedPlace {
    /// The set of a place.
    var set: NamedSet { address == nil ? CounterLayout.nodePorts : CounterLayout.frontends }

    func write(to key: inout FieldWriter) {
        if let address { key.address(address) }
        key.transport(transport)
        key.port(port)
    }

    /// Reads the key of an element of `set`; `nil` if we would not write it.
    init?(_ element: borrowing ElementReader, of set: NamedSet, _ family: IPFamily) {
        var key = element.key
        let address = set == CounterLayout.frontends ? key.address(family) : nil
        guard let transport = key.transport() else { return nil }
        self.init(family: family, address: address, port: key.port(), transport: transport)
    }
}
