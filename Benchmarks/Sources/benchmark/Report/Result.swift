/// The measurements for one size. Durations are in seconds, sizes of memory and messages in bytes.
struct Result: Codable {
    struct Programming: Codable {
        /// From the start of the process.
        var total: Double
        /// From the objects to the kernel, from the log.
        var programming: Double
        var messages: Int
        var bytes: Int
        var processorTime: Double
        /// Peak memory until everything was programmed.
        var peakMemory: Int
    }

    struct Event: Codable {
        var median: Double
        var p99: Double
        /// The maximum sent for one of them.
        var messages: Int
        var bytes: Int

        init(_ events: [EventObserver.Event]) {
            let samples = Samples(events.map(\.duration))
            median = samples.median
            p99 = samples.percentile(99)
            messages = events.map(\.messages).max() ?? 0
            bytes = events.map(\.bytes).max() ?? 0
        }
    }

    var size: Size
    var cold: Programming
    var restart: Programming
    var flip: Event
    var addition: Event
    var removal: Event
    var processorTimePerFlip: Double
    /// Peak memory from the cold start to the last event.
    var peakMemory: Int
    /// A second after the last event.
    var settledMemory: Int
    /// The part of it that is not pages of the program and its libraries.
    var settledOwnMemory: Int
    /// `nil` if the mode does not write nf_tables itself.
    var kernel: KernelLimit?
}
