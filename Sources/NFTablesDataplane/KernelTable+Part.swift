import Glibc
import InternetAddresses
import NFTables
import Netlink
import OrderedCollections

/// Reads the rules and elements that connections to a few Services pass, by key or name: the cost does not depend on
/// how many others the table serves.
extension NFTablesConnection {
    /// What the table holds of the routes, and of what is common to all; `nil` where there is no table.
    ///
    /// `makeState` decides what it should hold, once the elements are known.
    mutating func read(
        _ table: Table, of routes: [ProgrammedRoute], knowsPods: Bool, _ makeState: (KernelTable) -> TableState
    ) throws(NetlinkError) -> (kernel: KernelTable, state: TableState)? {
        guard let flags = try flags(of: table) else { return nil }
        var kernel = KernelTable()
        kernel.flags = flags
        for route in routes {
            for (frontend, plan) in route.plans(knowsPods: knowsPods) {
                for set in [SetID.services, .inside, .outside] { try add(.frontend(frontend), of: set, table, &kernel) }
                if plan.isClusterIP { try add(.address(frontend.address), of: .clusterIPs, table, &kernel) }
                if !plan.sources.isEmpty { try addSources(of: frontend, table, &kernel) }
            }
            for address in route.route.hairpins { try add(.hairpin(address), of: .hairpin, table, &kernel) }
        }
        // How many backends a list with session affinity has is written in its chain.
        for number in kernel.stickyNumbers {
            kernel.rules[number.chain.name] = try rules(of: number.chain.name, in: table)
        }
        try addSlots(table, &kernel)
        let state = makeState(kernel)
        for routeClass in kernel.foundClasses.union(state.openClasses) {
            try add(.routeClass(routeClass.id), of: .dispatch, table, &kernel)
        }
        let names = Set(state.chains.map(\.chain.name)).union(kernel.foundClasses.compactMap(\.chain?.name))
        kernel.chains = try chains(of: table).filter { names.contains($0.name) }
        for name in names { kernel.rules[name] = try rules(of: name, in: table) }
        let wanted = state.sets
        let present = Set(wanted.map(\.name))
        kernel.sets = try sets(of: table, expected: wanted).filter { present.contains($0.key) }
        return (kernel, state)
    }

    /// Adds an element, if the kernel has it and it can be understood.
    private mutating func add(
        _ key: ElementKey, of set: SetID, _ table: Table, _ kernel: inout KernelTable
    ) throws(NetlinkError) {
        var found: KernelTable.Element?
        _ = try readElement(
            of: set.definition.name, in: table, key: { key.write(to: &$0) },
            { element in
                guard let value = ElementValue(set, element, table.family) else { return }
                found = KernelTable.Element(value: value, comment: element.comment)
            })
        if let found { kernel.elements[set, default: [:]][key] = found }
    }

    /// Ranges cannot be asked for by one of their addresses alone. The set holds nothing but such ranges, and is small.
    private mutating func addSources(
        of frontend: FrontendKey, _ table: Table, _ kernel: inout KernelTable
    ) throws(NetlinkError) {
        let set = SetID.allowedSources
        var found: [ElementKey: KernelTable.Element] = [:]
        do throws(NetlinkError) {
            try forEachElement(of: set.definition.name, in: table) { element in
                guard let key = ElementKey(set, element, table.family), key.owner == frontend else { return }
                found[key] = KernelTable.Element(value: .none, comment: element.comment)
            }
        } catch {
            guard error.errno == ENOENT else { throw error }
        }
        kernel.elements[set, default: [:]].merge(found) { $1 }
    }

    /// The slots that the kernel's classes lead to.
    private mutating func addSlots(_ table: Table, _ kernel: inout KernelTable) throws(NetlinkError) {
        for (frontend, range) in kernel.slotRuns {
            var keys = range.makeIterator()
            var found: [(slot: UInt32, backend: Slot)] = []
            do throws(NetlinkError) {
                try forEachElement(
                    of: Layout.endpoints.name, in: table,
                    nextKey: { writer in
                        guard let slot = keys.next() else { return false }
                        writer.slot(frontend, slot)
                        return true
                    }, { found.append(contentsOf: Self.slots(in: $0, table.family)) })
            } catch {
                guard error.errno == ENOENT else { throw error }
                // At least one does not exist: get each by itself.
                found = []
                for slot in range {
                    var single = KernelTable()
                    try add(.slot(frontend, slot), of: .endpoints, table, &single)
                    if case .backend(let backend) = single.elements[.endpoints]?[.slot(frontend, slot)]?.value {
                        found.append((slot, backend))
                    }
                }
            }
            for (slot, backend) in found { kernel.endpoints.add(backend, in: slot, of: frontend) }
        }
    }

    private static func slots(
        in element: borrowing ElementReader, _ family: IPFamily
    ) -> [(slot: UInt32, backend: Slot)] {
        guard case .slot(_, let slot) = ElementKey(.endpoints, element, family),
            case .backend(let backend) = ElementValue(.endpoints, element, family)
        else { return [] }
        return [(slot, backend)]
    }
}

extension KernelTable {
    /// The classes that its frontends have.
    fileprivate var foundClasses: Set<RouteClass> {
        var classes: Set<RouteClass> = []
        for set in [SetID.services, .inside, .outside] {
            for element in (elements[set] ?? [:]).values {
                guard case .routeClass(let id) = element.value, let routeClass = RouteClass(id: id) else { continue }
                classes.insert(routeClass)
            }
        }
        return classes
    }

    fileprivate var stickyNumbers: Set<StickyNumber> {
        Set(foundClasses.compactMap { if case .sticky(let number) = $0.action { number } else { nil } })
    }

    /// The slots of each frontend that its classes lead to, each once.
    fileprivate var slotRuns: [(frontend: FrontendKey, slots: Range<UInt32>)] {
        var runs: [FrontendKey: Set<Range<UInt32>>] = [:]
        for set in [SetID.services, .inside, .outside] {
            for (key, element) in elements[set] ?? [:] {
                guard case .frontend(let frontend) = key, case .routeClass(let id) = element.value,
                    let (list, count) = RouteClass(id: id).flatMap(run(of:))
                else { continue }
                runs[frontend, default: []].insert(list.firstSlot..<list.firstSlot + UInt32(count))
            }
        }
        return runs.flatMap { frontend, ranges in ranges.map { (frontend: frontend, slots: $0) } }
    }
}
