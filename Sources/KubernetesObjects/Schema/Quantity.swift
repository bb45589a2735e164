/// An amount such as `100m`, `1.5` or `2Gi`.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
struct Quantity: Equatable {
    private enum Format { case binary, decimal, exponent }

    /// The value is `digits × 10^exponent`, or `digits × 2^(10 × exponent)` for binary suffixes.
    private var digits: Int64
    private var exponent: Int
    private var format: Format

    /// Nil for text that is not a quantity.
    init?(_ text: String) {
        var rest = text[...]
        var sign: Int64 = 1
        if rest.hasPrefix("-") { sign = -1 }
        if rest.hasPrefix("-") || rest.hasPrefix("+") { rest = rest.dropFirst() }
        let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let suffix = String(rest.dropFirst(number.count))
        let parts = number.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard number.contains(where: { $0 != "." }), parts.count <= 2, !(parts.last ?? "").contains(".") else {
            return nil
        }
        var fraction = parts.count == 2 ? String(parts[1]) : ""
        while fraction.hasSuffix("0") { fraction.removeLast() }
        guard let value = Int64((parts[0].isEmpty ? "0" : String(parts[0])) + fraction) else { return nil }
        digits = sign * value
        exponent = -fraction.utf8.count
        format = .decimal
        if let power = ["Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6][suffix] {
            format = .binary
            var scaled = digits
            for _ in 0..<power {
                let (product, overflow) = scaled.multipliedReportingOverflow(by: 1024)
                guard !overflow else { return nil }
                scaled = product
            }
            digits = scaled
        } else if let power = ["n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18][
            suffix]
        {
            exponent += power
        } else if suffix.lowercased().hasPrefix("e"), let power = Int(suffix.dropFirst()), abs(power) < 40 {
            exponent += power
            format = .exponent
        } else {
            return nil
        }
        while digits != 0, digits % 10 == 0 {
            digits /= 10
            exponent += 1
        }
        if digits == 0 { exponent = 0 }
        // Amounts are rounded up to billionths.
        while exponent < -9 {
            digits = digits / 10 + (digits % 10 == 0 ? 0 : sign)
            exponent += 1
        }
    }

    /// The value as a whole number, rounded up; nil when it does not fit.
    var integer: Int64? {
        var value = digits
        var exponent = exponent
        while exponent > 0 {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product
            exponent -= 1
        }
        while exponent < 0 {
            value = value / 10 + (value > 0 && value % 10 != 0 ? 1 : 0)
            exponent += 1
        }
        return value
    }

    var isNegative: Bool { digits < 0 }
    var isZero: Bool { digits == 0 }

    static func == (left: Quantity, right: Quantity) -> Bool {
        left.digits == right.digits && left.exponent == right.exponent
    }

    /// The API's canonical form: no fraction, and the largest exact suffix.
    var canonical: String {
        if digits == 0 { return "0" }
        if format == .binary, exponent >= 0, var value = integer, abs(value) >= 1024 {
            let suffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
            var power = 0
            while value % 1024 == 0, power + 1 < suffixes.count {
                value /= 1024
                power += 1
            }
            return "\(value)\(suffixes[power])"
        }
        var digits = digits
        var exponent = exponent
        while exponent % 3 != 0 {
            digits *= 10
            exponent -= 1
        }
        if format == .exponent { return exponent == 0 ? "\(digits)" : "\(digits)e\(exponent)" }
        let suffixes = [-9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E"]
        return "\(digits)\(suffixes[exponent] ?? "e\(exponent)")"
    }
}

extension Quantity: Comparable {
    static func < (left: Quantity, right: Quantity) -> Bool {
        // Doubles hold 15 digits, more than amounts of resources have.
        left.approximateValue < right.approximateValue
    }

    private var approximateValue: Double {
        var value = Double(digits)
        for _ in 0..<abs(exponent) { value = exponent > 0 ? value * 10 : value / 10 }
        return value
    }
}

extension Quantity {
    /// The amount in thousandths, rounded up, as Go's `MilliValue`; nil when it does not fit.
    var milliValue: Int64? {
        var thousandths = self
        thousandths.exponent += 3
        return thousandths.integer
    }
}

extension JSONValue {
    /// An amount such as `100m` or `2` in thousandths; nil if it is not an amount, or too large.
    package var milliQuantity: Int64? {
        (string ?? integer.map(String.init)).flatMap { Quantity($0)?.milliValue }
    }
}
