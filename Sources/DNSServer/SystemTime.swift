import Foundation

/// The time of day.
enum SystemTime {
    /// Seconds since 1970, with fractions.
    static var secondsSince1970: Double { Date().timeIntervalSince1970 }
}
