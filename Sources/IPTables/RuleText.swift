import InternetAddresses

/// Writes one rule as `iptables-save` does: addresses, interfaces and the protocol first, then matches, then the
/// target.
struct RuleText {
    let family: IPFamily
    /// `tcp`, once the rule has named its protocol.
    private(set) var transport: StaticString?
    private var source: [UInt8] = []
    private var destination: [UInt8] = []
    private var interface: [UInt8] = []
    private var matches: [UInt8] = []
    private var target: [UInt8] = []
    private var line: [UInt8] = []

    init(family: IPFamily) { self.family = family }

    /// Begins another rule.
    mutating func clear() {
        transport = nil
        source.removeAll(keepingCapacity: true)
        destination.removeAll(keepingCapacity: true)
        interface.removeAll(keepingCapacity: true)
        matches.removeAll(keepingCapacity: true)
        target.removeAll(keepingCapacity: true)
    }

    /// Calls `body` with the line `-A <chain> …`.
    mutating func withLine(chain: String, _ body: (UnsafeRawBufferPointer) -> Void) {
        line.removeAll(keepingCapacity: true)
        line.append("-A ")
        line.append(contentsOf: chain.utf8)
        line += source
        line += destination
        line += interface
        if let transport {
            line.append(" -p ")
            line.append(transport)
        }
        line += matches
        line += target
        line.withUnsafeBytes(body)
    }

    // MARK: - Parts

    mutating func match(source network: IPNetwork, isInverted: Bool) {
        source.append(isInverted ? " ! -s " : " -s ")
        source.append(contentsOf: network.description.utf8)
    }

    mutating func match(destination network: IPNetwork, isInverted: Bool) {
        destination.append(isInverted ? " ! -d " : " -d ")
        destination.append(contentsOf: network.description.utf8)
    }

    mutating func match(inputInterface name: String, isInverted: Bool) {
        interface.append(isInverted ? " ! -i " : " -i ")
        interface.append(contentsOf: name.utf8)
    }

    /// Returns false for a protocol that Services do not use.
    mutating func match(transport number: UInt8) -> Bool {
        transport = TransportProtocol(rawValue: number)?.literal
        return transport != nil
    }

    /// `-m tcp`, with the port if there is one. Returns false if the protocol is not known yet.
    mutating func match(destinationPort port: UInt16?) -> Bool {
        guard let transport else { return false }
        matches.append(" -m ")
        matches.append(transport)
        guard let port else { return true }
        matches.append(" --dport ")
        matches.append(decimal: UInt64(port))
        return true
    }

    /// Adds a piece of a match.
    mutating func match(_ text: StaticString) { matches.append(text) }
    mutating func match(decimal number: UInt32) { matches.append(decimal: UInt64(number)) }
    mutating func match(hexadecimal number: UInt32) { matches.append(hexadecimal: number) }
    mutating func match(_ text: String) { matches.append(contentsOf: text.utf8) }

    /// A string option, quoted where iptables quotes it.
    mutating func match(quoted bytes: some Collection<UInt8>) {
        let isPlain =
            !bytes.isEmpty
            && bytes.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        guard !isPlain else { return matches.append(contentsOf: bytes) }
        matches.append(UInt8(ascii: "\""))
        for byte in bytes {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "'") {
                matches.append(UInt8(ascii: "\\"))
            }
            matches.append(byte)
        }
        matches.append(UInt8(ascii: "\""))
    }

    /// A probability in parts of 2³¹, with eleven digits.
    mutating func match(chance parts: UInt32) {
        let digits = UInt64((Double(parts) / 0x1p31 * 1e11).rounded(.toNearestOrEven))
        matches.append(decimal: digits / 100_000_000_000)
        matches.append(UInt8(ascii: "."))
        matches.append(decimal: digits % 100_000_000_000, width: 11)
    }

    mutating func jump(to name: StaticString) {
        target.append(" -j ")
        target.append(name)
    }

    mutating func jump(to chain: some Collection<UInt8>) {
        target.append(" -j ")
        target.append(contentsOf: chain)
    }

    mutating func markPackets(_ mark: UInt32, mask: UInt32) {
        target.append(" -j MARK --set-xmark ")
        target.append(hexadecimal: mark)
        target.append("/")
        target.append(hexadecimal: mask)
    }

    mutating func translate(to address: IPAddress, port: UInt16) {
        target.append(" -j DNAT --to-destination ")
        if family == .ipv6 { target.append("[") }
        target.append(contentsOf: address.description.utf8)
        if family == .ipv6 { target.append("]") }
        target.append(":")
        target.append(decimal: UInt64(port))
    }
}

extension TransportProtocol {
    fileprivate var literal: StaticString {
        switch self {
        case .tcp: "tcp"
        case .udp: "udp"
        case .sctp: "sctp"
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    fileprivate mutating func append(decimal number: UInt64, width: Int = 1) {
        let start = count
        var rest = number
        repeat {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0 || count - start < width
        self[start...].reverse()
    }

    fileprivate mutating func append(hexadecimal number: UInt32) {
        append("0x")
        append(contentsOf: String(number, radix: 16).utf8)
    }
}
