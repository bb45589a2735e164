import InternetAddresses
import NFTables

@testable import NFTablesDataplane

/// The chains and elements of a table, and their effect on a connection.
struct TableListing {
    private var chains: [String: [Rule]] = [:]
    private var members: [SetID: Set<ElementKey>] = [:]
    private var values: [SetID: [ElementKey: ElementValue]] = [:]
    private var slots: [ElementKey: Slot] = [:]

    /// A packet with the marks of rules.
    private struct Packet: Hashable {
        var connection: Connection
        var priority: UInt32 = 0
        /// The slot that a rule has drawn for an unknown client.
        var remembered: UInt32?

        var frontend: FrontendKey {
            FrontendKey(
                address: connection.destination, port: connection.port, transport: connection.transport)
        }
    }

    private enum End: Hashable {
        case returned
        case translated(Slot)
        case masqueraded
        case dropped
        case refused
        case accepted
    }

    init(_ state: TableState) {
        for (chain, rules) in state.chains { chains[chain.name] = rules }
        state.forEachElement { set, key, value, _ in
            members[set, default: []].insert(key)
            values[set, default: [:]][key] = value
        }
        state.forEachFrontend { frontend, lists in
            for (list, found) in lists {
                for (index, backend) in found.slots.enumerated() {
                    slots[.slot(frontend, list.firstSlot + UInt32(index))] = Slot(backend)
                }
            }
        }
    }

    /// All possible ends of a connection.
    func outcomes(of connection: Connection) -> Set<Outcome> {
        let base = connection.isFromNode ? Layout.output : Layout.prerouting
        var outcomes: Set<Outcome> = []
        for (packet, end) in walk(base.name, Packet(connection: connection)) {
            switch end {
            case .returned, .accepted, .masqueraded: outcomes.insert(.untouched)
            case .dropped: outcomes.insert(.dropped)
            case .refused: outcomes.insert(.refused)
            case .translated(let slot):
                var translated = packet
                (translated.connection.destination, translated.connection.port) = (slot.address, slot.port)
                for (_, end) in walk(Layout.postrouting.name, translated) {
                    outcomes.insert(.backend(slot.address, slot.port, isMasqueraded: end == .masqueraded))
                }
            }
        }
        return outcomes
    }

    private func walk(_ chain: String, _ packet: Packet) -> [(Packet, End)] {
        var open: Set<Packet> = [packet]
        var ends: [(Packet, End)] = []
        for rule in chains[chain] ?? [] {
            var next: Set<Packet> = []
            for packet in open {
                for (after, end) in apply(rule.statements[...], packet) {
                    if let end { ends.append((after, end)) } else { next.insert(after) }
                }
            }
            open = next
        }
        return ends + open.map { ($0, .returned) }
    }

    /// The effect of a rule on a packet; without an end the next rule follows.
    private func apply(_ statements: ArraySlice<Statement>, _ packet: Packet) -> [(Packet, End?)] {
        guard let statement = statements.first else { return [(packet, nil)] }
        let rest = statements.dropFirst()
        let connection = packet.connection
        func goOn(if isTrue: Bool) -> [(Packet, End?)] { isTrue ? apply(rest, packet) : [(packet, nil)] }
        func noting(_ change: (inout Packet) -> Void) -> [(Packet, End?)] {
            var noted = packet
            change(&noted)
            return apply(rest, noted)
        }
        switch statement {
        case .isIn(let fields, let set, let negated): return goOn(if: contains(fields, set, packet) != negated)
        case .isPriority(let value): return goOn(if: packet.priority == value)
        case .isMarked(let bits, let negated): return goOn(if: (connection.mark & bits != 0) != negated)
        case .isFrom(let network, let negated): return goOn(if: network.contains(connection.source) != negated)
        case .isTo(let network): return goOn(if: network.contains(connection.destination))
        // Only the table that counts connections asks for this.
        case .isToThisNode: return goOn(if: false)
        case .isFromThisNode: return goOn(if: connection.isFromNode)
        case .isFromInterface(_, _, let negated): return goOn(if: negated)
        case .isTransport(let transport): return goOn(if: transport == connection.transport)
        case .clearPriority: return noting { $0.priority = 0 }
        case .setMark(let bits): return noting { $0.connection.mark |= bits }
        case .clearMark(let bits): return noting { $0.connection.mark &= ~bits }
        case .setPriorityTo(let field):
            return numbers(field).flatMap { number in noting { $0.priority = number } }
        case .remember: return noting { $0.remembered = $0.priority }
        case .setPriority(let fields, let map):
            if fields == [.sourceAddress], let slot = packet.remembered { return noting { $0.priority = slot } }
            guard let set = SetID(name: map), case .routeClass(let id) = values[set]?[.frontend(packet.frontend)] else {
                return [(packet, nil)]
            }
            return noting { $0.priority = id }
        case .dispatch(_, let map):
            guard let set = SetID(name: map), case .verdict(let verdict) = values[set]?[.routeClass(packet.priority)]
            else { return [(packet, nil)] }
            return follow(verdict, packet)
        case .verdict(let verdict): return follow(verdict, packet)
        case .dnat(let fields, _):
            guard let last = fields.last else { return [(packet, nil)] }
            let candidates = last == .priority ? [packet.priority] : numbers(last)
            return candidates.map { number in
                // An empty slot would end the rule.
                (packet, slots[.slot(packet.frontend, number)].map { .translated($0) })
            }
        case .masquerade: return [(packet, .masqueraded)]
        case .reject: return [(packet, .refused)]
        }
    }

    private func follow(_ verdict: Verdict, _ packet: Packet) -> [(Packet, End?)] {
        switch verdict {
        case .accept: [(packet, .accepted)]
        case .drop: [(packet, .dropped)]
        case .return: [(packet, .returned)]
        case .goto(let chain): walk(chain, packet).map { ($0, $1) }
        case .jump(let chain): walk(chain, packet).map { ($0, $1 == .returned ? nil : $1) }
        }
    }

    private func numbers(_ field: Field) -> [UInt32] {
        guard case .random(let modulus, let offset) = field else { return [] }
        return Array(offset..<offset + modulus)
    }

    private func contains(_ fields: [Field], _ name: String, _ packet: Packet) -> Bool {
        guard let set = SetID(name: name), let members = members[set] else { return false }
        let connection = packet.connection
        switch set {
        case .clusterIPs: return members.contains(.address(connection.destination))
        case .hairpin:
            return connection.source == connection.destination && members.contains(.hairpin(connection.source))
        case .allowedSources:
            return members.contains { member in
                guard case .source(packet.frontend, let network) = member else { return false }
                return network.contains(connection.source)
            }
        default: return members.contains(.frontend(packet.frontend))
        }
    }
}
