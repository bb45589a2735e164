/// Observations counted by size, as Prometheus has them.
package struct Histogram: Sendable, Hashable {
    /// 1 ms, 2 ms, 4 ms … 16.384 s, in seconds: those of kube-proxy's sync durations.
    package static let bounds = (0..<15).map { 0.001 * Double(1 << $0) }

    /// How many observations were at most as large as each bound.
    package private(set) var buckets = [UInt64](repeating: 0, count: bounds.count)
    /// How many observations there were, and what they add up to.
    package private(set) var count: UInt64 = 0
    package private(set) var sum = 0.0

    package init() {}

    package mutating func observe(_ value: Double) {
        for (index, bound) in Self.bounds.enumerated() where value <= bound { buckets[index] += 1 }
        count += 1
        sum += value
    }
}

extension Histogram {
    package static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.buckets = zip(left.buckets, right.buckets).map(+)
        sum.count += right.count
        sum.sum += right.sum
        return sum
    }
}
