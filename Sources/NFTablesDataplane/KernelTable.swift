import BlockingThreads
import InternetAddresses
import NFTables
import Netlink
import OrderedCollections
import ServiceRouting

/// The kernel's contents of the table: read at the start and after others have altered it, never during
/// an ordinary change.
struct KernelTable: Sendable {
    struct Element: Sendable, Hashable {
        var value: ElementValue
        var comment: String
    }

    /// We set none; a table with flags is switched off, or belongs to another program.
    var flags: UInt32 = 0
    var chains: [Chain] = []
    /// By chain; `nil` stands for a rule that is not ours.
    var rules: [String: [[Expression]?]] = [:]
    /// The existing sets, and whether each is declared as ours.
    var sets: [String: Bool] = [:]
    /// The elements of all sets but the endpoints, by set. There may be a hundred thousand: an ordered dictionary keeps
    /// them without gaps.
    var elements: [SetID: OrderedDictionary<ElementKey, Element>] = [:]
    /// The backends of each frontend. There may be hundreds of thousands.
    var endpoints = KernelSlots()
    /// Elements that cannot be read, so are not ours. Their sets are emptied and refilled.
    var foreign: Set<SetID> = []

    /// A list with session affinity: its number and its number of backends, from its chain.
    func run(of number: StickyNumber) -> (list: RouteClass.Backends, count: Int)? {
        for case .random(let modulus, let offset, _) in rules[number.chain.name, default: []].flatMap({ $0 ?? [] }) {
            return RouteClass.Backends.allCases.first { $0.firstSlot == offset }.map { ($0, Int(modulus)) }
        }
        return nil
    }
}

extension StickyNumber {
    /// The number of a list from the name of its map of clients, or `nil` for other names.
    init?(affinityName name: String) {
        guard name.hasPrefix(Layout.affinityPrefix),
            let value = UInt32(name.dropFirst(Layout.affinityPrefix.count), radix: 16), value <= Self.mask
        else { return nil }
        self.init(rawValue: value)
    }
}

extension KernelTable {
    /// The classes that have a chain, in a fixed order.
    var classes: [RouteClass] {
        (elements[.dispatch] ?? [:]).keys.compactMap { key -> RouteClass? in
            guard case .routeClass(let id) = key else { return nil }
            return RouteClass(id: id)
        }.sorted { $0.id < $1.id }
    }
}

extension NFTablesConnection {
    /// Reads the table, or returns `nil` if there is none. `open`, if given, opens a second connection to the kernel.
    mutating func read(_ table: Table, open: EndpointReading.Opener? = nil) throws(NetlinkError) -> KernelTable? {
        guard let flags = try flags(of: table) else { return nil }
        var kernel = KernelTable()
        kernel.flags = flags
        kernel.chains = try chains(of: table)
        kernel.rules = try rules(of: table)
        kernel.sets = try declaredSets(of: table)
        let present = SetID.readBack.filter { kernel.sets[$0.definition.name] == true }
        for found in try readElements(of: present, table, open: open) { kernel.take(found) }
        if kernel.sets[Layout.endpoints.name] == true { try readEndpoints(of: table, into: &kernel, open: open) }
        return kernel
    }

    private mutating func declaredSets(of table: Table) throws(NetlinkError) -> [String: Bool] {
        // Maps of clients are all declared alike; which ones exist is known only now.
        let sticky = try sets(of: table, expected: []).keys.compactMap { StickyNumber(affinityName: $0) }
        return try sets(of: table, expected: Layout.sets + sticky.map(\.affinity))
    }

    /// Reads the elements of the sets. If the largest is large, and a second connection can be opened, that reads it
    /// meanwhile.
    private mutating func readElements(
        of sets: [SetID], _ table: Table, open: EndpointReading.Opener?
    ) throws(NetlinkError) -> [FoundElements] {
        guard let open, sets.contains(.services),
            let count = try elementCount(of: Layout.services.name, in: table), count >= FoundElements.parallelThreshold
        else {
            var found: [FoundElements] = []
            for set in sets { found.append(try readElements(of: set, table)) }
            return found
        }
        let transport = try open()
        let (services, others) = OwnedThread.both(name: "nft-reader") {
            Result { () throws(NetlinkError) in
                var connection = NFTablesConnection(transport)
                return try connection.readElements(of: .services, table)
            }
        } and: {
            Result { () throws(NetlinkError) in
                try readElements(of: sets.filter { $0 != .services }, table, open: nil)
            }
        }
        return [try services.get()] + (try others.get())
    }

    private mutating func readElements(of set: SetID, _ table: Table) throws(NetlinkError) -> FoundElements {
        var found = FoundElements(set: set)
        if let count = try elementCount(of: set.definition.name, in: table) { found.elements.reserveCapacity(count) }
        try forEachElement(of: set.definition.name, in: table) { element in
            if let key = ElementKey(set, element, table.family), let value = ElementValue(set, element, table.family) {
                found.elements[key] = KernelTable.Element(value: value, comment: element.comment)
            } else {
                found.isForeign = true
            }
        }
        return found
    }
}

/// The elements of one set.
private struct FoundElements: Sendable {
    /// The number of elements from which a second thread pays off.
    static let parallelThreshold = 10_000

    let set: SetID
    var elements: OrderedDictionary<ElementKey, KernelTable.Element> = [:]
    /// Whether there are others, which cannot be read.
    var isForeign = false
}

extension KernelTable {
    fileprivate mutating func take(_ found: FoundElements) {
        elements[found.set] = found.elements
        if found.isForeign { foreign.insert(found.set) }
    }
}

extension SetID {
    /// The sets that are read back whole. Clients' affinity is not read; endpoints are read differently.
    static let readBack: [SetID] = [
        .services, .inside, .outside, .dispatch, .clusterIPs, .hairpin, .allowedSources,
    ]
}

extension KernelTable: ExistingSlots {
    func list(_ backends: RouteClass.Backends, _ frontends: some Collection<FrontendKey>) -> SlotList? {
        let range =
            backends == .cluster
            ? 0..<RouteClass.Backends.local.firstSlot : RouteClass.Backends.local.firstSlot..<UInt32.max
        for frontend in frontends {
            let slots = endpoints[frontend].filter { range.contains($0.slot) }.sorted { $0.slot < $1.slot }
            guard !slots.isEmpty else { continue }
            // Only a contiguous range from the first slot is a list of ours.
            let isRun = slots.enumerated().allSatisfy { $0.element.slot == range.lowerBound + UInt32($0.offset) }
            if isRun { return SlotList(found: slots.map(\.backend)) }
        }
        return nil
    }

    func stickyNumber(
        of backends: RouteClass.Backends, _ frontends: some Collection<FrontendKey>
    ) -> StickyNumber? {
        for frontend in frontends {
            for set in [SetID.services, .inside, .outside] {
                guard case .routeClass(let id) = elements[set]?[.frontend(frontend)]?.value,
                    case .sticky(let number) = RouteClass(id: id)?.action, run(of: number)?.list == backends
                else { continue }
                return number
            }
        }
        return nil
    }
}
