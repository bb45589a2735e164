import FoundationEssentials

/// A point in time with the precision that the API keeps; as text it is RFC 3339.
struct Timestamp: Decodable, Equatable {
    /// Since the start of 1970.
    var seconds: Int64

    init(seconds: Int64) {
        self.seconds = seconds
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let timestamp = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "“\(text)” is not a time; write it like 2026-01-31T12:00:00Z")
        }
        self = timestamp
    }

    /// Milliseconds since 1970 of `2026-01-31T12:00:00.123456789Z`, rounded down; `nil` if it is not a time.
    static func milliseconds(_ text: String) -> Int64? {
        guard let whole = Timestamp(text) else { return nil }
        let fraction = text.drop { $0 != "." }.dropFirst().prefix { ("0"..."9").contains($0) }
        return whole.seconds * 1000 + (Int64((fraction + "000").prefix(3)) ?? 0)
    }

    /// Reads `2026-01-31T12:00:00Z`, also with fractions of a second (dropped) and an offset such as `+02:00`.
    init?(_ text: String) {
        guard let date = try? Date(text, strategy: .iso8601) else { return nil }
        seconds = Int64(date.timeIntervalSince1970.rounded(.down))
    }
}
