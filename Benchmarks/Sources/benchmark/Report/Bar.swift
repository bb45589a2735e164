import Foundation

/// The target of one size. A missed bar is printed, and fails nothing, because other programs run on the machine too.
struct Bar {
    enum Limit {
        /// Seconds.
        case time(Double)
        /// Bytes.
        case size(Int)
        /// Counts.
        case count(Int)
        /// Ratios.
        case atLeast(Double)
        case atMost(Double)
    }

    var name: String
    var value: Double
    var limit: Limit

    var isMet: Bool {
        switch limit {
        case .time(let seconds): value <= seconds
        case .size(let bytes): value <= Double(bytes)
        case .count(let count): value <= Double(count)
        case .atLeast(let ratio): value >= ratio
        case .atMost(let ratio): value <= ratio
        }
    }

    var text: String {
        let (value, limit) =
            switch limit {
            case .time(let seconds): (Figures.time(value), Figures.time(seconds))
            case .size(let bytes): (Figures.size(Int(value)), Figures.size(bytes))
            case .count(let count): (Figures.grouped(Int(value)), Figures.grouped(count))
            case .atLeast(let ratio), .atMost(let ratio):
                (String(format: "%.2f", value), String(format: "%.2f", ratio))
            }
        let direction = if case .atLeast = self.limit { "at least" } else { "at most" }
        return "\(isMet ? "met   " : "MISSED") \(name): \(value) (\(direction) \(limit))"
    }

    /// The bars of nftables mode, for the measured sizes.
    static func bars(for results: [Result]) -> [Bar] {
        results.flatMap(bars) + comparison(of: results)
    }

    private static func bars(for result: Result) -> [Bar] {
        let size = result.size
        var bars = [
            Bar(name: "\(size): one endpoint flips, median", value: result.flip.median, limit: .time(0.001)),
            Bar(name: "\(size): one endpoint flips, 99 of 100", value: result.flip.p99, limit: .time(0.005)),
            Bar(name: "\(size): one endpoint flips, sent", value: Double(result.flip.bytes), limit: .size(1_999)),
            Bar(name: "\(size): restart, messages", value: Double(result.restart.messages), limit: .count(0)),
            Bar(name: "\(size): restart, programming", value: result.restart.programming, limit: .time(0.5)),
        ]
        if size == .wide || size == .many {
            bars.append(Bar(name: "\(size): cold, programming", value: result.cold.programming, limit: .time(0.4)))
        }
        let memory = max(result.peakMemory, result.restart.peakMemory)
        if size == .wide {
            bars.append(Bar(name: "\(size): peak memory", value: Double(memory), limit: .size(96_000_000)))
        }
        if size == .small {
            bars.append(Bar(name: "\(size): peak memory", value: Double(memory), limit: .size(24_000_000)))
        }
        return bars
    }

    /// The cost of one change must not depend on the size.
    private static func comparison(of results: [Result]) -> [Bar] {
        guard let small = results.first(where: { $0.size == .small }),
            let wide = results.first(where: { $0.size == .wide })
        else { return [] }
        return [
            Bar(
                name: "\(Size.wide): one endpoint flips, median, against \(Size.small)", value: wide.flip.median,
                limit: .time(2 * small.flip.median))
        ]
    }
}
