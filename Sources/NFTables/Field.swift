import CLinux
package import InternetAddresses

/// One part of a key or a value: where a rule reads it from a packet, and how `nft` shows it.
///
/// The type numbers and the description in a set's user data are those of nft's own `src/datatype.c` and
/// `src/netlink.c`; the kernel ignores them.
package enum Field: Sendable, Hashable {
    case sourceAddress
    case destinationAddress
    case transportProtocol
    case destinationPort
    /// A random number from `offset` up to but not including `offset + modulus`.
    case random(modulus: UInt32, offset: UInt32)
    /// The packet's priority, used as a scratch register between two lookups.
    case priority

    /// The size of the value in bytes.
    package func size(_ family: IPFamily) -> Int {
        switch self {
        case .sourceAddress, .destinationAddress: family.addressBits / 8
        case .transportProtocol: 1
        case .destinationPort: 2
        case .random, .priority: 4
        }
    }

    /// How many 32-bit registers the value takes.
    func registers(_ family: IPFamily) -> Int { (size(family) + 3) / 4 }

    /// nft's number for the type: ipv4_addr, ipv6_addr, inet_proto, inet_service, integer, classid.
    func typeNumber(_ family: IPFamily) -> UInt32 {
        switch self {
        case .sourceAddress, .destinationAddress: family == .ipv4 ? 7 : 8
        case .transportProtocol: 12
        case .destinationPort: 13
        case .random: 4
        case .priority: 23
        }
    }

    /// The value as `nft` writes it in a rule.
    package func nftText(_ family: IPFamily) -> String {
        let ip = family.nftName
        return switch self {
        case .sourceAddress: "\(ip) saddr"
        case .destinationAddress: "\(ip) daddr"
        case .transportProtocol: "meta l4proto"
        case .destinationPort: "th dport"
        case .random(let modulus, offset: 0): "numgen random mod \(modulus)"
        case .random(let modulus, let offset): "numgen random mod \(modulus) offset \(offset)"
        case .priority: "meta priority"
        }
    }
}

extension Sequence where Element == Field {
    /// The concatenation as `nft` writes it: `ip daddr . meta l4proto . th dport`.
    package func nftText(_ family: IPFamily) -> String {
        map { $0.nftText(family) }.joined(separator: " . ")
    }

    /// The size of the concatenation in bytes, each part padded to a register.
    func size(_ family: IPFamily) -> Int { reduce(0) { $0 + $1.registers(family) * 4 } }
}
