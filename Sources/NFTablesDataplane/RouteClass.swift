import InternetAddresses
import NFTables

/// What happens to a connection to a frontend, as far as it is the same for many frontends: the chain it goes to.
///
/// The kernel's random number generator takes its range from the rule, so there is a chain for each number of backends. A
/// frontend's class is data in a map, not a verdict: the kernel validates every chain that it can reach when a verdict
/// changes, which takes the longer the more Services there are, and never when data does.
enum RouteClass: Sendable, Hashable {
    /// No backend anywhere: refused at once.
    case refuse
    /// No backend that may be used: dropped.
    case drop
    /// One of `count` backends, from the list of all or from that of this node's own.
    case pick(count: Int, Backends, sticky: Bool)

    enum Backends: Sendable, Hashable, CaseIterable {
        case cluster
        case local

        /// The number of the first slot of the list. Both lists of a frontend share a map.
        var firstSlot: UInt32 { self == .cluster ? 0 : 1_000_000 }
    }

    /// More backends than this cannot be told apart by a class; the first so many are used.
    static let maximumBackends = 0xFFFE

    /// The class as a packet's priority, a tc handle `major:minor`. The minor number is the number of backends; the major
    /// numbers are rare ones, so that no priority that a socket may have set looks like a class.
    var id: UInt32 {
        switch self {
        case .refuse: 0x5E1C_0000
        case .drop: 0x5E1C_FFFF
        case .pick(let count, .cluster, sticky: false): 0x5E1C_0000 | UInt32(count)
        case .pick(let count, .cluster, sticky: true): 0x571C_0000 | UInt32(count)
        case .pick(let count, .local, sticky: false): 0x10CA_0000 | UInt32(count)
        case .pick(let count, .local, sticky: true): 0x510C_0000 | UInt32(count)
        }
    }

    /// The class with this number, or `nil` for a number that is none.
    init?(id: UInt32) {
        let count = Int(id & 0xFFFF)
        switch (id >> 16, count) {
        case (0x5E1C, 0): self = .refuse
        case (0x5E1C, 0xFFFF): self = .drop
        case (0x5E1C, 1...Self.maximumBackends): self = .pick(count: count, .cluster, sticky: false)
        case (0x571C, 1...Self.maximumBackends): self = .pick(count: count, .cluster, sticky: true)
        case (0x10CA, 1...Self.maximumBackends): self = .pick(count: count, .local, sticky: false)
        case (0x510C, 1...Self.maximumBackends): self = .pick(count: count, .local, sticky: true)
        default: return nil
        }
    }

    /// Where `dispatch` leads for this class.
    var verdict: Verdict {
        switch self {
        case .refuse: .goto(Layout.refuse.name)
        case .drop: .drop
        case .pick: .goto(chain.name)
        }
    }

    /// The chain of this class; `refuse` and `drop` need none of their own.
    var chain: Chain {
        switch self {
        case .refuse, .drop: Layout.refuse
        case .pick(let count, let backends, let sticky):
            Chain((sticky ? "sticky" : "pick") + (backends == .local ? "-local" : "") + "-\(count)")
        }
    }

    /// The rules of the chain.
    var rules: [Rule] {
        guard case .pick(let count, let backends, let sticky) = self else { return [] }
        if sticky {
            return [
                Rule(.clearPriority),
                // A client that is known goes where it went before; a miss ends the rule.
                Rule(.dnat([.sourceAddress] + Layout.frontend, map: Layout.affinity.name)),
                Rule(.verdict(.goto(RouteClass.pick(count: count, backends, sticky: false).chain.name))),
            ]
        }
        let slot = Field.random(modulus: UInt32(count), offset: backends.firstSlot)
        return [Rule(.clearPriority), Rule(.dnat(Layout.frontend + [slot], map: Layout.endpoints.name))]
    }

    /// The classes whose chains must exist for this one: a sticky one needs the one it falls back to.
    var needed: [RouteClass] {
        guard case .pick(let count, let backends, sticky: true) = self else { return [self] }
        return [.pick(count: count, backends, sticky: false), self]
    }
}
