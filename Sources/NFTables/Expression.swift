package import InternetAddresses

/// One step of the kernel's rule machine: it loads into registers, compares registers, or acts.
///
/// Registers are counted in 32-bit words, 0 to 15, like `NFT_REG32_00` and up.
package enum Expression: Sendable, Hashable {
    /// `[ payload load LENGTHb @ BASE header + OFFSET => reg ]`
    case payload(base: PayloadBase, offset: UInt32, length: UInt32, into: Int)
    /// `[ meta load KEY => reg ]`, `NFT_META_…`
    case loadMeta(key: UInt32, into: Int)
    /// `[ meta set KEY with reg ]`
    case setMeta(key: UInt32, from: Int)
    /// `[ numgen reg = random mod MODULUS offset OFFSET ]`
    case random(modulus: UInt32, offset: UInt32, into: Int)
    /// `[ fib saddr type => reg ]`
    case sourceAddressType(into: Int)
    /// `[ fib daddr type => reg ]`
    case destinationAddressType(into: Int)
    /// `[ immediate reg VALUE ]`
    case value([UInt8], into: Int)
    /// `[ bitwise reg = ( reg & MASK ) ^ FLIP ]`
    case mask([UInt8], flip: [UInt8], register: Int)
    /// `[ cmp eq reg VALUE ]`, or neq
    case compare(register: Int, equal: Bool, [UInt8])
    /// `[ lookup reg set NAME ]`, or `!= @NAME`
    case find(key: Int, set: String, negated: Bool)
    /// `[ lookup reg set NAME dreg reg ]`
    case map(key: Int, set: String, into: Int)
    /// `[ lookup reg set NAME dreg 0 ]`
    case dispatch(key: Int, set: String)
    /// `[ dynset update reg_key KEY set NAME timeout MS sreg_data DATA ]`; the timeout in milliseconds
    case update(set: String, key: Int, data: Int, timeout: UInt64)
    /// `[ nat dnat FAMILY addr_min reg proto_min reg ]`
    case dnat(IPFamily, address: Int, port: Int)
    /// `[ masq flags 0x10 ]`: with a random source port, so that connections do not race for the same port
    case masquerade
    /// `[ reject type TYPE code CODE ]`
    case reject(Rejection)
    /// `[ immediate reg 0 VERDICT ]`
    case verdict(Verdict)

    package enum PayloadBase: UInt32, Sendable, Hashable {
        case network = 1
        case transport = 2
    }
}

/// How a connection is refused.
package enum Rejection: Sendable, Hashable {
    /// TCP only.
    case tcpReset
    /// ICMP or ICMPv6 port unreachable.
    case portUnreachable(IPFamily)
}
