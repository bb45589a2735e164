import InternetAddresses

/// Validation of addresses and networks in objects.
enum AddressFormats {
    static let invalidAddress = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
    static let invalidNetwork = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"

    /// Reads an address, allowing leading zeros in IPv4 parts, as kube-apiserver still does.
    static func parse(_ text: String) -> IPAddress? {
        if let address = IPAddress(text) { return mapped(address) }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard !part.isEmpty, part.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let value = UInt32(part), value < 256 else {
                return nil
            }
            bits = bits << 8 | value
        }
        return IPAddress(ipv4: bits)
    }

    /// An IPv4-mapped address counts as IPv4.
    private static func mapped(_ address: IPAddress) -> IPAddress {
        address.isIPv4Mapped ? IPAddress(ipv4: UInt32(truncatingIfNeeded: address.ipv6Bits.low)) : address
    }

    static func isIPv6(_ text: String) -> Bool { parse(text)?.family == .ipv6 }

    /// - Returns: What is wrong with an address in a field of an old API.
    static func addressErrors(_ field: String, _ text: String, existing: [String] = []) -> [FieldError] {
        if existing.contains(text) { return [] }
        guard parse(text) != nil else { return [.invalid(field, .string(text), invalidAddress)] }
        guard let strict = IPAddress(text) else { return [.invalid(field, .string(text), "must not have leading 0s")] }
        if strict.isIPv4Mapped { return [.invalid(field, .string(text), "must not be an IPv4-mapped IPv6 address")] }
        return []
    }

    /// - Returns: What is wrong with a network in a field of an old API.
    static func networkErrors(_ field: String, _ text: String, existing: [String] = []) -> [FieldError] {
        if existing.contains(text) { return [] }
        guard let network = parseNetwork(text) else { return [.invalid(field, .string(text), invalidNetwork)] }
        guard network.isStrict else {
            return [.invalid(field, .string(text), "must not have leading 0s in IP or prefix length")]
        }
        if network.isMapped { return [.invalid(field, .string(text), "must not have an IPv4-mapped IPv6 address")] }
        if network.network.address != network.address {
            return [.invalid(field, .string(text), "must not have bits set after prefix length")]
        }
        return []
    }

    /// Addresses that other hosts cannot use.
    static func specialAddressErrors(_ field: String, _ text: String) -> [FieldError] {
        guard let address = parse(text) else { return [.invalid(field, .string(text), "must be a valid IP address")] }
        var errors: [FieldError] = []
        func refuse(_ detail: String) { errors.append(.invalid(field, .string(text), detail)) }
        if address.isUnspecified { refuse("may not be unspecified (\(text))") }
        if address.isLoopback { refuse("may not be in the loopback range (127.0.0.0/8, ::1/128)") }
        if address.isLinkLocal { refuse("may not be in the link-local range (169.254.0.0/16, fe80::/10)") }
        if address.isLinkLocalMulticast {
            refuse("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
        }
        return errors
    }

    /// Warnings about accepted addresses in non-canonical form.
    static func addressWarnings(_ field: String, _ text: String) -> [String] {
        guard let address = parse(text) else { return [] }
        guard let strict = IPAddress(text), !strict.isIPv4Mapped else {
            return [
                "\(field): non-standard IP address \(GoText.quoted(text)) will be considered invalid in a future "
                    + "Kubernetes release: use \(GoText.quoted(address.description))"
            ]
        }
        guard strict.family == .ipv6, strict.description != text else { return [] }
        return [
            "\(field): IPv6 address \(GoText.quoted(text)) should be in RFC 5952 canonical format "
                + "(\(GoText.quoted(strict.description)))"
        ]
    }

    /// Warnings about accepted networks in non-canonical form.
    static func networkWarnings(_ field: String, _ text: String) -> [String] {
        guard let parsed = parseNetwork(text) else { return [] }
        var warnings: [String] = []
        if parsed.address != parsed.network.address {
            let single = "\(parsed.address)/\(parsed.address.family.addressBits)"
            warnings.append(
                "\(field): CIDR value \(GoText.quoted(text)) is ambiguous in this context (should be "
                    + "\(GoText.quoted(parsed.network.description)) or \(GoText.quoted(single))?)")
        }
        if !parsed.isStrict || parsed.isMapped {
            warnings.append(
                "\(field): non-standard CIDR value \(GoText.quoted(text)) will be considered invalid in a future "
                    + "Kubernetes release: use \(GoText.quoted(parsed.network.description))")
        }
        if warnings.isEmpty, parsed.address.family == .ipv6, parsed.network.description != text {
            warnings.append(
                "\(field): IPv6 CIDR value \(GoText.quoted(text)) should be in RFC 5952 canonical format "
                    + "(\(GoText.quoted(parsed.network.description)))")
        }
        return warnings
    }

    struct ParsedNetwork {
        var address: IPAddress
        var network: IPNetwork
        var isStrict: Bool
        var isMapped: Bool
    }

    static func parseNetwork(_ text: String) -> ParsedNetwork? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[1].isEmpty, parts[1].utf8.allSatisfy({ $0 &- 0x30 < 10 }),
            var length = Int(parts[1]), let address = parse(parts[0])
        else { return nil }
        let isMapped = IPAddress(parts[0])?.isIPv4Mapped ?? false
        if isMapped {
            guard (96...128).contains(length) else { return nil }
            length -= 96
        }
        guard let network = IPNetwork(containing: address, prefixLength: length) else { return nil }
        let isStrict = IPAddress(parts[0]) != nil && (parts[1] == "0" || !parts[1].hasPrefix("0"))
        return ParsedNetwork(address: address, network: network, isStrict: isStrict, isMapped: isMapped)
    }
}
