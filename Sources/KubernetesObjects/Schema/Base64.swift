/// Base64 as used in Secrets.
enum Base64 {
    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    /// The position of the first error, as Go counts it; nil if the text is valid.
    static func firstProblem(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        var count = 0
        for (index, byte) in bytes.enumerated() where byte != 0x0a && byte != 0x0d {
            if value(byte) != nil {
                count += 1
            } else if byte == UInt8(ascii: "="), count % 4 >= 2 {
                let rest = bytes[(index + 1)...].filter { $0 != 0x0a && $0 != 0x0d }
                let needed = 3 - count % 4
                if rest.count < needed { return bytes.count }
                if rest.count > needed || rest.contains(where: { $0 != UInt8(ascii: "=") }) {
                    return index + 1 + (rest.first == UInt8(ascii: "=") ? needed : 0)
                }
                return nil
            } else {
                return index
            }
        }
        return count % 4 == 0 ? nil : bytes.count - count % 4
    }

    /// The bytes; nil if the text is not base64.
    static func decode(_ text: String) -> [UInt8]? {
        guard firstProblem(text) == nil else { return nil }
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text.utf8 {
            guard let value = value(byte) else { continue }
            bits = bits << 6 | UInt32(value)
            count += 1
            if count == 4 {
                bytes += [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
                (bits, count) = (0, 0)
            }
        }
        if count == 2 { bytes.append(UInt8(bits >> 4 & 255)) }
        if count == 3 { bytes += [UInt8(bits >> 10 & 255), UInt8(bits >> 2 & 255)] }
        return bytes
    }

    static func encode(_ bytes: some Collection<UInt8>) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var iterator = bytes.makeIterator()
        while let first = iterator.next() {
            let second = iterator.next()
            let third = second == nil ? nil : iterator.next()
            let bits = UInt32(first) << 16 | UInt32(second ?? 0) << 8 | UInt32(third ?? 0)
            text.append(alphabet[Int(bits >> 18)])
            text.append(alphabet[Int(bits >> 12 & 63)])
            text.append(second == nil ? UInt8(ascii: "=") : alphabet[Int(bits >> 6 & 63)])
            text.append(third == nil ? UInt8(ascii: "=") : alphabet[Int(bits & 63)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
