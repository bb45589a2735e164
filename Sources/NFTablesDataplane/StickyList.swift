import NFTables
import ServiceRouting

/// The number of one list of backends of one Service port with session affinity: part of its class.
struct StickyNumber: Sendable, Hashable, Comparable {
    static let mask: UInt32 = 1 << 26 - 1

    let rawValue: UInt32

    init(rawValue: UInt32) {
        self.rawValue = rawValue & Self.mask
    }

    /// The preferred number of a list, always the same, so that clients keep their slots across restarts.
    ///
    /// FNV-1a (Fowler, Noll, Vo) over the list's name.
    init(preferredBy name: String) {
        var hash: UInt32 = 2_166_136_261
        for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        self.init(rawValue: hash ^ hash >> 26)
    }

    var next: StickyNumber { StickyNumber(rawValue: rawValue &+ 1) }

    /// The number in names of the list's objects, in hexadecimal as in its class: `3a5f01`.
    var name: String { String(rawValue, radix: 16) }
    var chain: Chain { Chain("sticky-\(name)") }
    var affinity: NamedSet { Layout.affinity(name) }

    static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// One list of backends of one Service port with session affinity. It has its own chain and map, so that a flood of
/// clients of one Service does not affect others.
struct StickyList: Sendable, Hashable {
    var route: RouteKey
    var backends: RouteClass.Backends
    /// The number of slots; never 0.
    var count: Int
    /// Seconds for which a client is remembered.
    var timeout: UInt32

    /// The text that the number is derived from.
    static func name(_ route: RouteKey, _ backends: RouteClass.Backends) -> String {
        "\(route.name) \(backends)"
    }

    /// The rules of the chain: draw a slot, remember it unless the client already has one, and use the remembered one.
    /// If the map is full, the drawn slot is used.
    ///
    /// Postrouting clears the priority, so the mark that leads there is set for every such connection.
    func rules(_ number: StickyNumber, _ context: LayoutContext) -> [Rule] {
        let map = number.affinity.name
        return [
            Rule(.setPriorityTo(.random(modulus: UInt32(count), offset: backends.firstSlot))),
            Rule(.remember([.sourceAddress], value: [.priority], map: map, timeout: timeout)),
            Rule(.setPriority([.sourceAddress], map: map)),
            Rule(.setMark(context.hairpin), .verdict(.goto(Layout.remembered.name))),
        ]
    }
}
