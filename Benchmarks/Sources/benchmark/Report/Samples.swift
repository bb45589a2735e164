/// Durations of the same thing, measured again and again.
struct Samples {
    /// In order, the shortest first.
    private let seconds: [Double]

    init(_ durations: [Duration]) {
        seconds = durations.map(\.inSeconds).sorted()
    }

    var median: Double { percentile(50) }

    /// The nearest rank: so many percent of the samples are not longer.
    func percentile(_ percent: Int) -> Double {
        guard !seconds.isEmpty else { return 0 }
        return seconds[max(0, (seconds.count * percent + 99) / 100 - 1)]
    }
}

extension Duration {
    var inSeconds: Double { self / .seconds(1) }
}
