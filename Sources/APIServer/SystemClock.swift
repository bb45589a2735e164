import Foundation

/// The time of day.
enum SystemClock {
    /// Seconds since 1970.
    static func seconds() -> Int64 { Int64(Date().timeIntervalSince1970) }

    static func date(_ seconds: Int64) -> Date { Date(timeIntervalSince1970: Double(seconds)) }
}
