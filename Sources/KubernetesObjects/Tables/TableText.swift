/// Cells as kubectl prints them.
enum TableText {
    static let none = "<none>"
    static let unknown = "<unknown>"

    /// How long ago an object was created.
    static func age(_ document: Document, now: Int64) -> JSONValue {
        .string(age(document.creationTimestamp, now: now))
    }

    static func age(_ time: String?, now: Int64) -> String {
        guard let time, let seconds = APITime.parse(time)?.seconds else { return unknown }
        return duration(seconds: now - seconds)
    }

    /// A duration in at most two units, less precise the longer it is.
    static func duration(seconds: Int64) -> String {
        if seconds < -1 { return "<invalid>" }
        if seconds < 0 { return "0s" }
        if seconds < 120 { return "\(seconds)s" }
        let minutes = seconds / 60
        if minutes < 10 { return two(minutes, "m", seconds % 60, "s") }
        if minutes < 180 { return "\(minutes)m" }
        let hours = minutes / 60
        if hours < 8 { return two(hours, "h", minutes % 60, "m") }
        if hours < 48 { return "\(hours)h" }
        let days = hours / 24
        if hours < 192 { return two(days, "d", hours % 24, "h") }
        if days < 730 { return "\(days)d" }
        if days < 2920 { return two(days / 365, "y", days % 365, "d") }
        return "\(days / 365)y"
    }

    private static func two(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> String {
        "\(large)\(unit)" + (small == 0 ? "" : "\(small)\(smallUnit)")
    }

    static func joined(_ texts: [String]) -> String {
        texts.isEmpty ? none : texts.joined(separator: ",")
    }

    /// The first three, and the number of others.
    static func firstThree(_ texts: [String]) -> String {
        let first = texts.prefix(3).joined(separator: ",")
        return texts.count > 3 ? "\(first) + \(texts.count - 3) more..." : first
    }

    /// `a=b,c=d`, sorted.
    static func labels(_ labels: JSONObject) -> String {
        joined(labels.sorted().map { "\($0.key)=\($0.value.string ?? "")" })
    }

    /// The addresses and names in `status.loadBalancer`, sorted.
    static func loadBalancer(_ status: JSONObject) -> [String] {
        let all = status["loadBalancer"]["ingress"].items.map { entry in
            entry["ip"].text.isEmpty ? entry["hostname"].text : entry["ip"].text
        }
        return Set(all.filter { !$0.isEmpty }).sorted()
    }

    /// A selector of matchLabels and matchExpressions.
    static func selector(_ selector: JSONValue?) -> String {
        guard let selector else { return none }
        let parts =
            selector["matchLabels"].fields.sorted().map { "\($0.key)=\($0.value.string ?? "")" }
            + selector["matchExpressions"].items.map(requirement)
        return joined(parts.sorted())
    }

    private static func requirement(_ expression: JSONValue) -> String {
        let key = expression["key"].text
        let values = expression["values"].texts.sorted().joined(separator: ",")
        return switch expression["operator"].text {
        case "In": "\(key) in (\(values))"
        case "NotIn": "\(key) notin (\(values))"
        case "Exists": key
        default: "!\(key)"
        }
    }
}

extension TableColumn {
    static let name = TableColumn(
        "Name", format: "name", description: "The name of the object, which no other of its kind has in its namespace.")
    static let age = TableColumn("Age", description: "How long ago the object was created.")
}
