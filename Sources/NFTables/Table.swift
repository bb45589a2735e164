import CLinux
package import InternetAddresses

/// What identifies a table: `table ip servicelet`.
package struct Table: Sendable, Hashable {
    package var family: IPFamily
    package var name: String

    package init(family: IPFamily, name: String) {
        self.family = family
        self.name = name
    }

    /// `NFPROTO_IPV4` or `NFPROTO_IPV6`, for `struct nfgenmsg`.
    var protocolFamily: UInt8 {
        UInt8(family == .ipv4 ? NFPROTO_IPV4 : NFPROTO_IPV6)
    }
}

extension Table: CustomStringConvertible {
    package var description: String { "table \(family.nftName) \(name)" }
}

extension IPFamily {
    /// nft's name for the family and for its packets' header: `ip` or `ip6`.
    package var nftName: String { self == .ipv4 ? "ip" : "ip6" }
}
