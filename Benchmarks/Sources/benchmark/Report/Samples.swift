/// Repeated measurements of a duration.
struct Samples {
    /// Sorted, the shortest first.
    private let seconds: [Double]

    init(_ durations: [Duration]) {
        seconds = durations.map(\.inSeconds).sorted()
    }

    var median: Double { percentile(50) }

    /// The nearest-rank percentile: this percentage of the samples is not longer.
    func percentile(_ percent: Int) -> Double {
        guard !seconds.isEmpty else { return 0 }
        return seconds[max(0, (seconds.count * percent + 99) / 100 - 1)]
    }
}

extension Duration {
    var inSeconds: Double { self / .seconds(1) }
}
