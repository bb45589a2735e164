import Foundation

/// Human-readable numbers.
enum Figures {
    /// The placeholder for no figure.
    static let none = "–"

    /// `210,000`
    static func grouped(_ number: Int) -> String {
        number < 1000 ? "\(number)" : "\(grouped(number / 1000)),\(String(format: "%03d", number % 1000))"
    }

    /// `0.31 s`, `0.42 ms`, `4.1 µs`
    static func time(_ seconds: Double) -> String {
        switch seconds {
        case ..<0.000_1: String(format: "%.1f µs", seconds * 1e6)
        case ..<0.001: String(format: "%.3f ms", seconds * 1e3)
        case ..<0.1: String(format: "%.2f ms", seconds * 1e3)
        default: String(format: "%.3f s", seconds)
        }
    }

    /// `812 B`, `1.4 kB`, `12.4 MB`
    static func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<1000: "\(bytes) B"
        case ..<1_000_000: String(format: "%.1f kB", Double(bytes) / 1e3)
        default: String(format: "%.1f MB", Double(bytes) / 1e6)
        }
    }

    static func ratio(_ value: Double, to other: Double) -> String {
        other > 0 ? String(format: "%.1f×", value / other) : none
    }
}
