/// Counts of durations in CoreDNS's buckets: from a quarter of a millisecond, doubling, to 8.192 s.
struct DurationHistogram: Sendable, Hashable {
    static let bounds: [Double] = (0..<16).map { 0.00025 * Double(1 << $0) }

    private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    private(set) var sum = 0.0

    mutating func record(_ seconds: Double) {
        var index = 0
        while index < Self.bounds.count, seconds > Self.bounds[index] { index += 1 }
        counts[index] += 1
        sum += seconds
    }

    mutating func add(_ other: DurationHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        sum += other.sum
    }
}

/// Counts of message sizes, in bytes, in CoreDNS's buckets.
struct SizeHistogram: Sendable, Hashable {
    static let bounds = [0, 100, 200, 300, 400, 511, 1023, 2047, 4095, 8291, 16000, 32000, 48000, 64000]

    private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    private(set) var sum: UInt64 = 0

    mutating func record(_ size: Int) {
        var index = 0
        while index < Self.bounds.count, size > Self.bounds[index] { index += 1 }
        counts[index] += 1
        sum += UInt64(size)
    }

    func adding(_ other: SizeHistogram) -> SizeHistogram {
        var total = self
        for index in counts.indices { total.counts[index] += other.counts[index] }
        total.sum += other.sum
        return total
    }
}
