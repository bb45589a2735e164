extension IPAddress: LosslessStringConvertible {
    /// Reads dotted-quad IPv4 (without leading zeros) or IPv6 as RFC 4291 writes it. No zone, no port, no blanks.
    package init?(_ text: some StringProtocol) {
        let parsed = text.utf8.withContiguousStorageIfAvailable { Self.parse($0) }
        guard let address = parsed ?? Array(text.utf8).withUnsafeBufferPointer({ Self.parse($0) }) else { return nil }
        self = address
    }

    package init?(_ description: String) {
        var text = description
        guard let address = text.withUTF8({ Self.parse($0) }) else { return nil }
        self = address
    }

    /// Reads the same from ASCII text.
    package init?(asciiText bytes: UnsafeRawBufferPointer) {
        guard let address = bytes.withMemoryRebound(to: UInt8.self, { Self.parse($0) }) else { return nil }
        self = address
    }

    /// Reads every form that the Kubernetes API has ever accepted, as kube-proxy reads it: an IPv4 address may have
    /// leading zeros, which are ignored (`010.0.0.1` is 10.0.0.1), and an IPv4-mapped IPv6 address is the IPv4 address.
    package init?(lenient text: some StringProtocol) {
        if let address = IPAddress(text) {
            self = address.unmapped
            return
        }
        // The part up to the last colon, if there is one, is IPv6.
        let end = text.lastIndex(of: ":").map(text.index(after:)) ?? text.startIndex
        let numbers = text[end...].split(separator: ".", omittingEmptySubsequences: false)
            .map { $0.count > 1 ? $0.drop { $0 == "0" } : $0 }
            .map { $0.isEmpty ? "0" : String($0) }
        guard numbers.count == 4, text[end...].first != ".",
            text[end...].allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
            text.utf8.count <= 64, !text.hasSuffix("."), !text.contains(".."),
            let address = IPAddress(text[..<end] + numbers.joined(separator: "."))
        else { return nil }
        self = address.unmapped
    }

    private static func parse(_ text: UnsafeBufferPointer<UInt8>) -> IPAddress? {
        if text.contains(UInt8(ascii: ":")) {
            parseIPv6(text[...])
        } else {
            parseIPv4(text[...]).map { IPAddress(ipv4: $0) }
        }
    }

    private static func parseIPv4(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32? {
        var bits: UInt32 = 0
        var number: UInt32 = 0
        var digits = 0
        var dots = 0
        for byte in text {
            if byte == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                bits = bits << 8 | number
                (number, digits, dots) = (0, 0, dots + 1)
            } else {
                // No digit may follow a leading zero.
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), digits == 0 || number > 0 else {
                    return nil
                }
                number = number * 10 + UInt32(byte - UInt8(ascii: "0"))
                guard number <= 255 else { return nil }
                digits += 1
            }
        }
        return dots == 3 && digits > 0 ? bits << 8 | number : nil
    }

    private static func parseIPv6(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> IPAddress? {
        var groups: [UInt16] = []
        var gap: Int?
        var rest = text
        if rest.starts(with: "::".utf8) {
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let group = rest.prefix { $0 != UInt8(ascii: ":") }
            rest = rest.dropFirst(group.count)
            if group.contains(UInt8(ascii: ".")) {
                guard rest.isEmpty, let ipv4 = parseIPv4(group) else { return nil }
                groups += [UInt16(ipv4 >> 16), UInt16(truncatingIfNeeded: ipv4)]
                break
            }
            guard let number = parseGroup(group) else { return nil }
            groups.append(number)
            guard !rest.isEmpty else { break }
            if rest.starts(with: "::".utf8) {
                guard gap == nil else { return nil }
                gap = groups.count
                rest = rest.dropFirst(2)
            } else {
                rest = rest.dropFirst()
                guard !rest.isEmpty else { return nil }
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        return IPAddress(
            ipv6High: groups[..<4].reduce(0) { $0 << 16 | UInt64($1) },
            low: groups[4...].reduce(0) { $0 << 16 | UInt64($1) })
    }

    private static func parseGroup(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> UInt16? {
        guard (1...4).contains(text.count) else { return nil }
        var number: UInt16 = 0
        for byte in text {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            number = number << 4 | UInt16(digit)
        }
        return number
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted quad, or IPv6 in the canonical form of RFC 5952.
    package var description: String {
        guard family == .ipv6 else {
            return [24, 16, 8, 0].map { String(low >> $0 & 0xFF) }.joined(separator: ".")
        }
        let groups = [high, low].flatMap { half in [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> $0) } }
        if groups[..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xFFFF {
            return "::ffff:" + IPAddress(ipv4: UInt32(truncatingIfNeeded: low)).description
        }
        let gap = Self.longestRunOfZeros(in: groups)
        let text = { (range: Range<Int>) in groups[range].map { String($0, radix: 16) }.joined(separator: ":") }
        guard let gap else { return text(0..<8) }
        return text(0..<gap.lowerBound) + "::" + text(gap.upperBound..<8)
    }

    /// The first of the longest runs of two or more zero groups.
    private static func longestRunOfZeros(in groups: [UInt16]) -> Range<Int>? {
        var longest: Range<Int>?
        var start = 0
        while start < groups.count {
            let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
            if end - start >= 2, end - start > longest?.count ?? 0 { longest = start..<end }
            start = end + 1
        }
        return longest
    }
}
