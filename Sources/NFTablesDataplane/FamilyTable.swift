import Dataplane
import InternetAddresses
import NFTables
import Netlink
import ServiceRouting

/// The table of one IP family: what it is to hold, and the routes that the kernel did not take.
struct FamilyTable: Sendable {
    let table: Table
    var state: TableState
    /// Routes that are left out because the kernel refuses them, and why. Tried again when they change.
    var refused: [RouteKey: String] = [:]

    init(_ family: IPFamily) {
        table = Table(family: family, name: Layout.tableName)
        state = TableState(family: family)
    }

    /// Gives up the frontends that a route is about to lose.
    mutating func giveUp(_ entry: RoutingChange.Entry, into edits: inout TableEdits) {
        guard let old = entry.old, var rest = state.isProgrammed(entry.key) ? entry.old : nil else { return }
        let kept = Set(entry.new?.frontends.map { FrontendSpot($0) } ?? [])
        rest.frontends.removeAll { !kept.contains(FrontendSpot($0)) }
        guard rest.frontends.count < old.frontends.count else { return }
        state.set(entry.key, to: rest.frontends.isEmpty ? nil : rest, into: &edits)
    }

    /// Follows one entry of a change.
    mutating func follow(
        _ key: RouteKey, _ route: ServicePortRoute?, existing: KernelTable? = nil, into edits: inout TableEdits
    ) {
        refused[key] = nil
        state.set(key, to: route, existing: existing, into: &edits)
    }

    /// Leaves out the routes that the kernel's refusals point at. Returns whether there were any.
    mutating func exclude(_ refusals: [Refusal]) -> Bool {
        var found = false
        for refusal in refusals {
            guard let element = refusal.element, element.family == table.family, let set = SetID(name: element.set),
                let frontend = ElementKey(set, FieldReader(element.key), table.family)?.owner,
                let key = state.owners[frontend]
            else { continue }
            found = true
            refused[key] = refusal.error.description
            var unwanted = TableEdits(isRecording: false)
            state.set(key, to: nil, into: &unwanted)
            state.settle(into: &unwanted)
        }
        return found
    }
}

extension SetID {
    init?(name: String) {
        if let set = (Self.readBack + [.endpoints, .affinity]).first(where: { $0.definition.name == name }) {
            self = set
        } else if name.hasPrefix("sticky-"), let timeout = UInt32(name.dropFirst("sticky-".count)) {
            self = .sticky(timeout)
        } else {
            return nil
        }
    }
}

/// Where a frontend is, whatever its treatment.
private struct FrontendSpot: Hashable {
    var address: IPAddress?
    var port: UInt16

    init(_ frontend: Frontend) {
        address = frontend.address
        port = frontend.port
    }
}
