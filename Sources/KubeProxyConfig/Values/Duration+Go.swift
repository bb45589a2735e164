import KubernetesObjects
import Yams

extension Duration: SettingValue {
    static var placeholder: String? { "duration" }

    private static let units: [(name: String, nanoseconds: Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]

    /// Reads what Go's `time.ParseDuration` does: `1h30m`, `1.5s`, `250ms`, `0`.
    init(flag text: String) throws(ValueProblem) {
        let problem = ValueProblem("is “\(text)”; write a duration such as 30s, 1m30s or 250ms")
        var rest = text[...]
        let isNegative = rest.first == "-"
        if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
        if rest == "0" {
            self = .zero
            return
        }
        guard !rest.isEmpty else { throw problem }
        var nanoseconds = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            rest = rest.dropFirst(number.count)
            let name = rest.prefix { !("0"..."9").contains($0) && $0 != "." }
            rest = rest.dropFirst(name.count)
            guard let value = Double(number), let unit = Self.units.first(where: { $0.name == name }) else {
                throw problem
            }
            nanoseconds += value * unit.nanoseconds
        }
        guard nanoseconds < 9.2e18 else { throw problem }
        let whole = Int64(nanoseconds.rounded())
        self = .nanoseconds(isNegative ? -whole : whole)
    }

    init(node: Node) throws(ValueProblem) {
        try self.init(flag: try node.text(.str, expecting: "a duration such as 30s, with its unit"))
    }

    var flagText: String { goText }
    var json: JSONValue { .string(goText) }

    /// As Go prints durations: `15m0s`, `1.5s`, `250ms`, `0s`.
    package var goText: String {
        let parts = components
        let nanoseconds = parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
        if nanoseconds == 0 { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let magnitude = Int64(nanoseconds.magnitude)
        switch magnitude {
        case ..<1000: return "\(sign)\(magnitude)ns"
        case ..<1_000_000: return "\(sign)\(Self.decimal(magnitude, unit: 1000))µs"
        case ..<1_000_000_000: return "\(sign)\(Self.decimal(magnitude, unit: 1_000_000))ms"
        default: break
        }
        let minutes = magnitude / 60_000_000_000
        let seconds = "\(Self.decimal(magnitude % 60_000_000_000, unit: 1_000_000_000))s"
        let hours = minutes >= 60 ? "\(minutes / 60)h" : ""
        return "\(sign)\(hours)\(minutes > 0 ? "\(minutes % 60)m" : "")\(seconds)"
    }

    /// `value / unit`, without trailing zeros.
    private static func decimal(_ value: Int64, unit: Int64) -> String {
        let fraction = String(String("\(unit + value % unit)".dropFirst().reversed().drop { $0 == "0" }).reversed())
        return fraction.isEmpty ? "\(value / unit)" : "\(value / unit).\(fraction)"
    }
}
