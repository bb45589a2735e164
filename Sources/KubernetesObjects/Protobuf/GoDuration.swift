/// Durations as Go writes them: `1h2m3.5s`.
enum GoDuration {
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ]

    /// 0 for text that is not a duration.
    static func nanoseconds(_ text: String) -> Int64 {
        var rest = text[...]
        let sign: Double = rest.first == "-" ? -1 : 1
        if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
        var total = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !$0.isNumber && $0 != "." }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number), let known = units.first(where: { $0.name == unit }) else { return 0 }
            total += value * Double(known.nanoseconds)
        }
        return Int64(exactly: (sign * total).rounded()) ?? 0
    }

    static func text(nanoseconds: Int64) -> String {
        if nanoseconds == 0 { return "0s" }
        let magnitude = nanoseconds.magnitude
        let sign = nanoseconds < 0 ? "-" : ""
        if magnitude < 1_000_000_000 {
            for (name, unit) in [("ms", UInt64(1_000_000)), ("µs", 1_000)] where magnitude >= unit {
                return sign + decimal(magnitude, unit) + name
            }
            return sign + "\(magnitude)ns"
        }
        let minutes = magnitude / 60_000_000_000
        var text = sign
        if minutes >= 60 { text += "\(minutes / 60)h" }
        if minutes > 0 { text += "\(minutes % 60)m" }
        return text + decimal(magnitude % 60_000_000_000, 1_000_000_000) + "s"
    }

    private static func decimal(_ value: UInt64, _ unit: UInt64) -> String {
        guard value % unit != 0 else { return String(value / unit) }
        let width = String(unit).utf8.count - 1
        var fraction = String(value % unit)
        fraction = String(repeating: "0", count: width - fraction.utf8.count) + fraction
        while fraction.last == "0" { fraction.removeLast() }
        return "\(value / unit).\(fraction)"
    }
}
