package import InternetAddresses

/// A named set or map of a table.
package struct NamedSet: Sendable, Hashable {
    package enum Value: Sendable, Hashable {
        /// A set: an element is a member or not.
        case none
        /// A map from keys to fields.
        case fields([Field])
        /// A map from keys to verdicts.
        case verdict
    }

    package enum Kind: Sendable, Hashable {
        /// Exact keys, in a hash table that grows.
        case hash
        /// Ranges. With several fields in the key, only the last may be more than a single value.
        case interval
        /// Exact keys that rules add and that time out, at most this many at a time. When it is full,
        /// `update` ends the rule.
        case dynamic(size: UInt32)
    }

    package var name: String
    package var key: [Field]
    package var value: Value
    package var kind: Kind
    /// Whether the kernel counts the packets that match each element.
    package var countsPackets: Bool

    package init(
        _ name: String, key: [Field], value: Value = .none, kind: Kind = .hash, countsPackets: Bool = false
    ) {
        self.name = name
        self.key = key
        self.value = value
        self.kind = kind
        self.countsPackets = countsPackets
    }
}

extension NamedSet {
    package var isMap: Bool { value != .none }

    /// The declaration as `nft` writes it, without the elements.
    package func nftText(_ family: IPFamily) -> String {
        let type =
            switch value {
            case .none: key.nftText(family)
            case .fields(let fields): "\(key.nftText(family)) : \(fields.nftText(family))"
            case .verdict: "\(key.nftText(family)) : verdict"
            }
        let flags =
            switch kind {
            case .hash: ""
            case .interval: "; flags interval"
            case .dynamic(let size): "; size \(size); flags dynamic,timeout"
            }
        return "\(isMap ? "map" : "set") \(name) { typeof \(type)\(flags)\(countsPackets ? "; counter" : ""); }"
    }
}
