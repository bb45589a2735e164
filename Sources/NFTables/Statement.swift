package import InternetAddresses

/// One statement of a rule, as in nft's language.
package enum Statement: Sendable, Hashable {
    /// `ip daddr . … @set`, or `!= @set`
    case isIn([Field], set: String, negated: Bool = false)
    /// `ip daddr . … vmap @map`
    case dispatch([Field], map: String)
    /// `meta priority set ip daddr . … map @map`; a miss ends the rule
    case setPriority([Field], map: String)
    /// `meta priority set numgen random mod 3`
    case setPriorityTo(Field)
    /// `meta priority 5d00:2`
    case isPriority(UInt32)
    /// `meta priority set none`
    case clearPriority
    /// `dnat ip to ip daddr . … map @map`; a miss ends the rule
    case dnat([Field], map: String)
    /// `masquerade fully-random`
    case masquerade
    /// `reject with …`
    case reject(Rejection)
    /// `accept`, `drop`, `goto chain` …
    case verdict(Verdict)
    /// `meta mark & 0x0000c000 != 0x00000000`: one of these bits of the packet mark is set; `==` for none of them
    case isMarked(UInt32, negated: Bool = false)
    /// `meta mark set meta mark | 0x00004000`
    case setMark(UInt32)
    /// `meta mark set meta mark & 0xffffbfff`, for the bits 0x4000
    case clearMark(UInt32)
    /// `ip saddr 10.244.0.0/16`, or `!=`
    case isFrom(IPNetwork, negated: Bool = false)
    /// `ip daddr 10.96.0.0/12`
    case isTo(IPNetwork)
    /// `fib saddr type local`: the source is an address of this node
    case isFromThisNode
    /// `fib daddr type local`: the destination is an address of this node
    case isToThisNode
    /// `iifname "br0"`, or `"veth*"` for all names with that prefix, or `!=`
    case isFromInterface(String, isPrefix: Bool = false, negated: Bool = false)
    /// `meta l4proto tcp`
    case isTransport(TransportProtocol)
    /// `update @map { key timeout … : value }`; seconds. A key already in the map keeps its value and restarts its
    /// timeout; when the map is full, the rule ends.
    case remember([Field], value: [Field], map: String, timeout: UInt32)
}

extension Statement {
    /// The statement in nft's language.
    package func nftText(_ family: IPFamily) -> String {
        switch self {
        case .isIn(let key, let set, let negated): "\(key.nftText(family)) \(negated ? "!= " : "")@\(set)"
        case .dispatch(let key, let map): "\(key.nftText(family)) vmap @\(map)"
        case .setPriority(let key, let map): "meta priority set \(key.nftText(family)) map @\(map)"
        case .setPriorityTo(let field): "meta priority set \(field.nftText(family))"
        case .isPriority(let value):
            "meta priority \(String(value >> 16, radix: 16)):\(String(value & 0xFFFF, radix: 16))"
        case .clearPriority: "meta priority set none"
        case .dnat(let key, let map): "dnat \(family.nftName) to \(key.nftText(family)) map @\(map)"
        case .masquerade: "masquerade fully-random"
        case .reject(.tcpReset): "reject with tcp reset"
        case .reject(.portUnreachable): "reject"
        case .verdict(let verdict): verdict.description
        case .isMarked(let bits, let negated): "meta mark & \(Self.hex(bits)) \(negated ? "==" : "!=") \(Self.hex(0))"
        case .setMark(let bits): "meta mark set meta mark | \(Self.hex(bits))"
        case .clearMark(let bits): "meta mark set meta mark & \(Self.hex(~bits))"
        case .isFrom(let network, let negated):
            "\(family.nftName) saddr \(negated ? "!= " : "")\(Self.text(network))"
        case .isTo(let network): "\(family.nftName) daddr \(Self.text(network))"
        case .isFromThisNode: "fib saddr type local"
        case .isToThisNode: "fib daddr type local"
        case .isFromInterface(let name, let isPrefix, let negated):
            "iifname \(negated ? "!= " : "")\"\(name)\(isPrefix ? "*" : "")\""
        case .isTransport(let transport): "meta l4proto \(transport.lowercased)"
        case .remember(let key, let value, let map, let timeout):
            "update @\(map) { \(key.nftText(family)) timeout \(timeout)s : \(value.nftText(family)) }"
        }
    }

    private static func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// nft omits the prefix length of a single address.
    private static func text(_ network: IPNetwork) -> String {
        network.prefixLength == network.family.addressBits ? "\(network.address)" : "\(network)"
    }
}

/// A rule: its statements run in order until one does not match.
package struct Rule: Sendable, Hashable {
    package var statements: [Statement]

    package init(_ statements: Statement...) {
        self.statements = statements
    }

    package init(_ statements: [Statement]) {
        self.statements = statements
    }

    package func nftText(_ family: IPFamily) -> String {
        statements.map { $0.nftText(family) }.joined(separator: " ")
    }
}
