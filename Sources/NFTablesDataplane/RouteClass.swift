import InternetAddresses
import NFTables

/// The handling of connections that many frontends have in common, represented by a chain.
///
/// The kernel's random number generator takes its range from the rule, so there is a chain for each number of backends.
/// A frontend's class is data in a map, not a verdict: when a verdict changes, the kernel validates every reachable
/// chain, which takes longer the more Services there are; it does not when data changes.
///
/// Only the classes of frontends that need an extra step have it, so that others do not pay for it.
struct RouteClass: Sendable, Hashable {
    enum Action: Sendable, Hashable {
        /// No backend anywhere: refused immediately.
        case refuse
        /// No usable backend: dropped.
        case drop
        /// Clients inside and outside are looked up in separate maps.
        case split
        /// One of `count` backends of a list.
        case pick(count: Int, Backends)
        /// The client's previous backend, or one of a list, which is then remembered.
        case sticky(StickyNumber)
    }

    enum Backends: Sendable, Hashable, CaseIterable {
        case cluster
        case local

        /// The number of the first slot of the list. Both lists of a frontend share a map.
        var firstSlot: UInt32 { self == .cluster ? 0 : 1_000_000 }
    }

    enum Masquerade: UInt32, Sendable, Hashable {
        case nobody = 0
        case outsiders = 1
        case thisNode = 2
        case everyone = 3
    }

    var action: Action
    var masquerade = Masquerade.nobody
    /// Whether the backend may be the client itself, so that postrouting must check.
    var mayHairpin = false
    /// Whether only the sources in `allowed-sources` may pass.
    var isGuarded = false

    static let refuse = RouteClass(action: .refuse)
    static let drop = RouteClass(action: .drop)

    init(
        action: Action, masquerade: Masquerade = .nobody, mayHairpin: Bool = false, isGuarded: Bool = false
    ) {
        self.action = action
        self.isGuarded = isGuarded
        switch action {
        case .pick, .sticky:
            self.masquerade = masquerade
            self.mayHairpin = mayHairpin && masquerade != .everyone
        // There is nothing to masquerade, or the class after the split handles it.
        case .refuse, .drop, .split: break
        }
    }

    /// The most backends that a class can express; any beyond these are not used.
    static let maximumBackends = 0xFFFF
}

/// The number of a class as a packet's priority, which nft shows as a tc handle, `major:minor`, in hexadecimal.
///
///     bit 31       0: pick or fixed action                         1: sticky
///     bits 30–26   0x17, so that no number looks like a handle      flags
///                  or a priority that a socket sets
///     bits 25–21   0                                                number of the sticky list, bits 25–0
///     bits 20–16   flags
///     bits 15–0    number of backends; in bits 25–24 1 for a fixed action, and here which
///
/// The flags are, from the lowest bit: the node's own backends (not for sticky lists), may hairpin, masquerade (two
/// bits), guarded.
extension RouteClass {
    private static let marker: UInt32 = 0x17 << 26
    private static let fixed: UInt32 = 1 << 24
    private static let stickyBit: UInt32 = 1 << 31

    private var flags: UInt32 {
        var flags = (mayHairpin ? 2 : 0) | masquerade.rawValue << 2 | (isGuarded ? 16 : 0)
        if case .pick(_, .local) = action { flags |= 1 }
        return flags
    }

    var id: UInt32 {
        switch action {
        case .refuse: Self.marker | Self.fixed | flags << 16
        case .drop: Self.marker | Self.fixed | flags << 16 | 1
        case .split: Self.marker | Self.fixed | flags << 16 | 2
        case .pick(let count, _): Self.marker | flags << 16 | UInt32(count)
        case .sticky(let number): Self.stickyBit | flags << 26 | number.rawValue
        }
    }

    /// The class with this number, or `nil` for an invalid number.
    init?(id: UInt32) {
        let flags: UInt32
        if id & Self.stickyBit != 0 {
            flags = id >> 26 & 31
            guard flags & 1 == 0 else { return nil }
            action = .sticky(StickyNumber(rawValue: id & StickyNumber.mask))
        } else {
            flags = id >> 16 & 31
            let list: Backends = flags & 1 == 0 ? .cluster : .local
            switch (id & ~0x1F_FFFF, id & 0xFFFF) {
            case (Self.marker, 1...0xFFFF): action = .pick(count: Int(id & 0xFFFF), list)
            case (Self.marker | Self.fixed, 0): action = .refuse
            case (Self.marker | Self.fixed, 1): action = .drop
            case (Self.marker | Self.fixed, 2): action = .split
            default: return nil
            }
        }
        mayHairpin = flags & 2 != 0
        masquerade = Masquerade(rawValue: flags >> 2 & 3) ?? .nobody
        isGuarded = flags & 16 != 0
        guard self.id == id,
            RouteClass(
                action: action, masquerade: masquerade, mayHairpin: mayHairpin,
                isGuarded: isGuarded) == self
        else { return nil }
    }
}

extension RouteClass {
    /// The class, and those that it becomes when one endpoint comes or goes.
    var neighbours: [RouteClass] {
        guard case .pick(let count, let list) = action else { return [] }
        return [count, count - 1, count + 1].filter { (1...Self.maximumBackends).contains($0) }.flatMap { count in
            [mayHairpin, !mayHairpin].map { mayHairpin in
                RouteClass(
                    action: .pick(count: count, list), masquerade: masquerade, mayHairpin: mayHairpin,
                    isGuarded: isGuarded)
            }
        }
    }

    /// Whether the class consists only of its action.
    var isPlain: Bool { masquerade == .nobody && !mayHairpin && !isGuarded }

    /// Whether the class has an element in `dispatch`. The base chains know those of split frontends themselves.
    var isDispatched: Bool { action != .split }

    /// Where `dispatch` leads for this class.
    var verdict: Verdict { isPlain ? destination : .goto(chainName) }

    /// The chain of this class, or `nil` if another one, or a verdict, suffices.
    var chain: Chain? {
        if case .pick = action { return Chain(chainName) }
        if case .split = action { return nil }
        return isPlain ? nil : Chain(chainName)
    }

    /// Where a connection continues after the class's own steps.
    private var destination: Verdict {
        switch action {
        case .refuse: .goto(Layout.refuse.name)
        case .drop: .drop
        case .split: .goto(Layout.split.name)
        case .pick: .goto(chainName)
        case .sticky(let number): .goto(number.chain.name)
        }
    }

    /// `pick-3`, followed by the class's needs: `pick-3/outsiders/hairpin`.
    private var chainName: String {
        var parts: [String]
        switch action {
        case .refuse: parts = ["refuse"]
        case .drop: parts = ["drop"]
        case .split: parts = ["split"]
        case .pick(let count, .cluster): parts = ["pick-\(count)"]
        case .pick(let count, .local): parts = ["pick-local-\(count)"]
        case .sticky(let number): parts = [number.chain.name]
        }
        if isGuarded { parts.append("guarded") }
        switch masquerade {
        case .nobody: break
        case .outsiders: parts.append("outsiders")
        case .thisNode: parts.append("this-node")
        case .everyone: parts.append("everyone")
        }
        if mayHairpin { parts.append("hairpin") }
        return parts.joined(separator: "/")
    }

    /// The rules of the chain.
    func rules(_ context: LayoutContext) -> [Rule] {
        var rules: [Rule] = []
        if isGuarded { rules.append(Layout.guardRule) }
        switch masquerade {
        case .nobody: break
        case .outsiders:
            if let isOutside = context.isOutside {
                rules.append(Rule(isOutside, .setMark(context.masquerade)))
            } else {
                rules.append(Rule(.verdict(.jump(Layout.outsiders.name))))
            }
        case .thisNode: rules.append(Rule(.isFromThisNode, .setMark(context.masquerade)))
        case .everyone: rules.append(Rule(.setMark(context.masquerade)))
        }
        if mayHairpin { rules.append(Rule(.setMark(context.hairpin))) }
        if case .pick(let count, let list) = action {
            let slot = Field.random(modulus: UInt32(count), offset: list.firstSlot)
            rules.append(Rule(.clearPriority, .dnat(Layout.frontend + [slot], map: Layout.endpoints.name)))
        } else {
            rules.append(Rule(.verdict(destination)))
        }
        return rules
    }
}
