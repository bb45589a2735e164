package import InternetAddresses

/// One statement of a rule, as a person writes it in nft's language.
package enum Statement: Sendable, Hashable {
    /// `ip daddr . … @set`, or `!= @set`
    case isIn([Field], set: String, negated: Bool = false)
    /// `ip daddr . … vmap @map`
    case dispatch([Field], map: String)
    /// `meta priority set ip daddr . … map @map`; a miss ends the rule
    case setPriority([Field], map: String)
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
    /// `ct status dnat`: the connection's destination was translated
    case isTranslated
    /// `fib saddr type local`: the source is an address of this node
    case isFromThisNode
    /// `iifname "br0"`, or `"veth*"` for all names that begin so, or `!=`. In postrouting it is where the packet came in.
    case isFromInterface(String, isPrefix: Bool = false, negated: Bool = false)
    /// `meta l4proto tcp`
    case isTransport(TransportProtocol)
    /// `update @map { key timeout … : value }`; seconds
    case remember([Field], value: [Field], map: String, timeout: UInt32)
}

extension Statement {
    /// The statement in nft's language. `ct original proto-dst` inside a concatenation is what nft lists and cannot read.
    package func nftText(_ family: IPFamily) -> String {
        switch self {
        case .isIn(let key, let set, let negated): "\(key.nftText(family)) \(negated ? "!= " : "")@\(set)"
        case .dispatch(let key, let map): "\(key.nftText(family)) vmap @\(map)"
        case .setPriority(let key, let map): "meta priority set \(key.nftText(family)) map @\(map)"
        case .clearPriority: "meta priority set none"
        case .dnat(let key, let map): "dnat \(family.nftName) to \(key.nftText(family)) map @\(map)"
        case .masquerade: "masquerade fully-random"
        case .reject(.tcpReset): "reject with tcp reset"
        case .reject(.portUnreachable): "reject"
        case .verdict(let verdict): verdict.description
        case .isTranslated: "ct status dnat"
        case .isFromThisNode: "fib saddr type local"
        case .isFromInterface(let name, let isPrefix, let negated):
            "iifname \(negated ? "!= " : "")\"\(name)\(isPrefix ? "*" : "")\""
        case .isTransport(let transport): "meta l4proto \(transport.lowercased)"
        case .remember(let key, let value, let map, let timeout):
            "update @\(map) { \(key.nftText(family)) timeout \(timeout)s : \(value.nftText(family)) }"
        }
    }
}

/// A rule: its statements hold one after the other, or it ends at the first that does not.
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
