import KubernetesObjects

/// The query parameters of a request.
package struct QueryParameters: Sendable, Hashable {
    private let items: [(name: String, value: String)]

    package static func == (left: QueryParameters, right: QueryParameters) -> Bool {
        left.items.elementsEqual(right.items) { $0 == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        for item in items { hasher.combine(item.name) }
    }

    /// - Parameter text: the part after the `?`, percent-encoded.
    package init(_ text: Substring) {
        items = text.split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (
                PercentEncoding.decode(parts[0], plusIsSpace: true),
                parts.count > 1 ? PercentEncoding.decode(parts[1], plusIsSpace: true) : ""
            )
        }
    }

    /// The first value of a parameter; empty if it is missing, as in Go's handlers.
    package subscript(name: String) -> String {
        items.first { $0.name == name }?.value ?? ""
    }

    package func all(_ name: String) -> [String] {
        items.compactMap { $0.name == name ? $0.value : nil }
    }

    /// A whole number; nil if the parameter is missing.
    ///
    /// - Throws: `APIStatus` with code 400 for another text.
    func number(_ name: String) throws(APIStatus) -> Int64? {
        let text = self[name]
        if text.isEmpty { return nil }
        guard let number = Int64(text) else {
            throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
        }
        return number
    }

    /// A flag as Kubernetes reads it from queries: present and not false.
    package func flag(_ name: String) -> Bool {
        guard let value = items.first(where: { $0.name == name })?.value else { return false }
        return !["false", "0", "False", "FALSE", "f", "F"].contains(value)
    }
}

enum PercentEncoding {
    static func decode(_ text: Substring, plusIsSpace: Bool = false) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(hexadecimal: rest.prefix(2)) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                bytes.append(0x20)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate init?(hexadecimal digits: some Sequence<UInt8>) {
        var value: UInt8 = 0
        var count = 0
        for digit in digits {
            guard let number = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
            value = value << 4 | UInt8(number)
            count += 1
        }
        guard count == 2 else { return nil }
        self = value
    }
}
