import InternetAddresses
import NFTables

extension Transaction {
    /// Adds an element, with the comment that `nft list` shows.
    mutating func add(_ key: ElementKey, _ value: ElementValue, comment: String = "", to set: NamedSet, of table: Table)
    {
        addElement(to: set.name, of: table) { element in
            key.write(to: &element)
            switch value {
            case .none: break
            case .routeClass(let id): element.data { $0.number(id) }
            case .backend(let slot):
                element.data { data in
                    data.address(slot.address)
                    data.port(slot.port)
                }
            case .verdict(let verdict): element.verdict(verdict)
            }
            if !comment.isEmpty { element.comment(comment) }
        }
    }

    /// Removes an element, which must exist.
    mutating func remove(_ key: ElementKey, from set: NamedSet, of table: Table) {
        removeElement(from: set.name, of: table) { key.write(to: &$0) }
    }
}

extension ElementKey {
    fileprivate func write(to element: inout ElementWriter) {
        element.key { write(to: &$0) }
        guard case .source(let frontend, let network) = self else { return }
        element.keyEnd { key in
            key.frontend(frontend)
            key.address(network.lastAddress)
        }
    }

    /// Writes the key, or its lower end.
    func write(to key: inout FieldWriter) {
        switch self {
        case .frontend(let frontend): key.frontend(frontend)
        case .slot(let frontend, let slot): key.slot(frontend, slot)
        case .address(let address): key.address(address)
        case .hairpin(let address):
            key.address(address)
            key.address(address)
        case .source(let frontend, let network):
            key.frontend(frontend)
            key.address(network.address)
        case .routeClass(let id): key.number(id)
        }
    }

    /// Reads the key of an element of `set`; `nil` if we would not write it.
    init?(_ set: SetID, _ element: borrowing ElementReader, _ family: IPFamily) {
        self.init(set, element.key, end: element.keyEnd, family)
    }

    /// Reads a key from its bytes, which may come from a dump or from a refused batch.
    init?(_ set: SetID, _ bytes: FieldReader, end: FieldReader? = nil, _ family: IPFamily) {
        var key = bytes
        switch set {
        case .services, .inside, .outside:
            guard let frontend = key.frontend(family) else { return nil }
            self = .frontend(frontend)
        case .endpoints:
            guard let frontend = key.frontend(family) else { return nil }
            self = .slot(frontend, key.number())
        case .clusterIPs: self = .address(key.address(family))
        case .hairpin:
            let source = key.address(family)
            guard key.address(family) == source else { return nil }
            self = .hairpin(source)
        case .dispatch: self = .routeClass(key.number())
        case .allowedSources:
            guard let frontend = key.frontend(family) else { return nil }
            let first = key.address(family)
            guard var end else {
                self = .frontend(frontend)
                return
            }
            guard end.frontend(family) == frontend,
                let network = IPNetwork(from: first, to: end.address(family))
            else { return nil }
            self = .source(frontend, network)
        }
    }

    /// The frontend that the element belongs to, if any.
    var owner: FrontendKey? {
        switch self {
        case .frontend(let frontend), .slot(let frontend, _), .source(let frontend, _): frontend
        case .address, .hairpin, .routeClass: nil
        }
    }
}

extension ElementValue {
    /// Reads the value of an element of `set`.
    init?(_ set: SetID, _ element: borrowing ElementReader, _ family: IPFamily) {
        var data = element.data
        switch set {
        case .services, .inside, .outside: self = .routeClass(data.number())
        case .endpoints: self = .backend(Slot(address: data.address(family), port: data.port()))
        case .dispatch:
            guard let verdict = element.verdict else { return nil }
            self = .verdict(verdict)
        case .clusterIPs, .hairpin, .allowedSources: self = .none
        }
    }
}

extension FieldWriter {
    fileprivate mutating func frontend(_ frontend: FrontendKey) {
        address(frontend.address)
        transport(frontend.transport)
        port(frontend.port)
    }

    mutating func slot(_ frontend: FrontendKey, _ slot: UInt32) {
        self.frontend(frontend)
        number(slot)
    }
}

extension FieldReader {
    fileprivate mutating func frontend(_ family: IPFamily) -> FrontendKey? {
        let address = address(family)
        guard let transport = transport() else { return nil }
        return FrontendKey(address: address, port: port(), transport: transport)
    }
}
