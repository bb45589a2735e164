/// Writes Prometheus' text format, version 0.0.4.
package struct PrometheusText: ~Copyable {
    /// What has been written so far.
    package private(set) var text = ""

    package init() {}

    /// The header of a metric, before its samples.
    package mutating func family(_ name: String, type: String, help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    /// One sample of a metric whose header has been written.
    package mutating func sample(_ name: String, _ labels: KeyValuePairs<String, String>, _ value: String) {
        let pairs = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        text += pairs.isEmpty ? "\(name) \(value)\n" : "\(name){\(pairs)} \(value)\n"
    }

    /// A counter without labels.
    package mutating func counter(_ name: String, help: String, _ value: UInt64) {
        family(name, type: "counter", help: help)
        sample(name, [:], "\(value)")
    }

    /// A gauge without labels.
    package mutating func gauge(_ name: String, help: String, _ value: Double) {
        family(name, type: "gauge", help: help)
        sample(name, [:], "\(value)")
    }

    /// The samples of one histogram; `labels` precede `le`, each followed by a comma.
    package mutating func histogram(
        _ name: String, labels: String, bounds: [Double], buckets: [UInt64], count: UInt64, sum: Double
    ) {
        for (bound, bucket) in zip(bounds, buckets) {
            text += "\(name)_bucket{\(labels)le=\"\(Self.bound(bound))\"} \(bucket)\n"
        }
        text += "\(name)_bucket{\(labels)le=\"+Inf\"} \(count)\n"
        let labels = labels.isEmpty ? "" : "{\(labels.dropLast())}"
        text += "\(name)_sum\(labels) \(sum)\n\(name)_count\(labels) \(count)\n"
    }

    /// As Go prints it, because a bound is a label: `0.5`, `1` without a fraction, `1.048576e+06` from a million on.
    static func bound(_ value: Double) -> String {
        guard value == value.rounded(), value < 1e15 else { return "\(value)" }
        let digits = "\(Int(value))"
        guard value >= 1e6 else { return digits }
        var fraction = digits.dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        let exponent = digits.count - 1
        let point = fraction.isEmpty ? "" : "."
        return "\(digits.prefix(1))\(point)\(fraction)e+\(exponent < 10 ? "0" : "")\(exponent)"
    }

    /// The value of a label, escaped for use between quotation marks.
    package static func escaped(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            switch character {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.append(character)
            }
        }
    }
}
