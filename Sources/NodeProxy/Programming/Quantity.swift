/// Numbers as people read them.
enum Quantity {
    /// `0.3 ms`, `42 ms`, `0.31 s`, `12.4 s`.
    static func text(_ duration: Duration) -> String {
        let microseconds = Int(duration / .microseconds(1))
        switch microseconds {
        case ..<10_000: return "\(decimal(microseconds, unit: 1000, places: 1)) ms"
        case ..<100_000: return "\(microseconds / 1000) ms"
        case ..<10_000_000: return "\(decimal(microseconds, unit: 1_000_000, places: 2)) s"
        default: return "\(decimal(microseconds, unit: 1_000_000, places: 1)) s"
        }
    }

    /// `812 B`, `1.4 kB`, `3.2 MB`.
    static func text(bytes: Int) -> String {
        switch bytes {
        case ..<1000: "\(bytes) B"
        case ..<1_000_000: "\(decimal(bytes, unit: 1000, places: 1)) kB"
        default: "\(decimal(bytes, unit: 1_000_000, places: 1)) MB"
        }
    }

    /// `1 endpoint`, `210,000 endpoints`.
    static func text(_ count: Int, _ noun: String) -> String {
        "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    private static func grouped(_ count: Int) -> String {
        count < 1000 ? "\(count)" : "\(grouped(count / 1000)),\(padded(count % 1000, width: 3))"
    }

    /// `number / unit` with this many decimal places, rounded down.
    private static func decimal(_ number: Int, unit: Int, places: Int) -> String {
        let scale = places == 1 ? 10 : 100
        return "\(number / unit).\(padded(number % unit * scale / unit, width: places))"
    }

    private static func padded(_ number: Int, width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
