package import FoundationEssentials

extension Date {
    /// RFC 3339 in UTC, with milliseconds: `2026-11-21T06:00:00.000Z`.
    package var rfc3339: String { formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }
}
