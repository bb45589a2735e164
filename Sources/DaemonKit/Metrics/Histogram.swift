/// A histogram as Prometheus defines it.
package struct Histogram: Sendable, Hashable {
    /// 1 ms, 2 ms, 4 ms … 16.384 s, in seconds: the buckets of kube-proxy's sync durations.
    package static let syncBounds = (0..<15).map { 0.001 * Double(1 << $0) }

    /// The upper bound of each bucket.
    package let bounds: [Double]
    /// The number of observations up to each bound.
    package private(set) var buckets: [UInt64]
    /// The number of observations and their sum.
    package private(set) var count: UInt64 = 0
    package private(set) var sum = 0.0

    /// No observations. `bounds` are ascending.
    package init(bounds: [Double] = Histogram.syncBounds) {
        self.bounds = bounds
        buckets = [UInt64](repeating: 0, count: bounds.count)
    }

    package mutating func observe(_ value: Double) {
        for (index, bound) in bounds.enumerated() where value <= bound { buckets[index] += 1 }
        count += 1
        sum += value
    }
}

extension Histogram {
    /// The observations of both, which must have the same bounds.
    package static func + (left: Self, right: Self) -> Self {
        precondition(left.bounds == right.bounds, "histograms with different buckets do not add up")
        var sum = left
        sum.buckets = zip(left.buckets, right.buckets).map(+)
        sum.count += right.count
        sum.sum += right.sum
        return sum
    }
}
