import Synchronization

/// A value with one publisher and many readers: each reader keeps a copy, and checks for a newer one.
final class Published<Value: Sendable>: Sendable {
    private let value: Mutex<Value>
    private let generation = Atomic<UInt64>(1)

    init(_ value: Value) { self.value = Mutex(value) }

    var current: Value { value.withLock { $0 } }

    func publish(_ new: Value) {
        value.withLock { $0 = new }
        generation.wrappingAdd(1, ordering: .releasing)
    }

    /// A reader's copy.
    struct Copy: Sendable {
        private(set) var value: Value
        private var generation: UInt64
        private let source: Published<Value>

        init(of source: Published<Value>) {
            self.source = source
            generation = source.generation.load(ordering: .acquiring)
            value = source.current
        }

        /// Takes the newest value; nearly free if unchanged. Returns whether it changed.
        @discardableResult
        mutating func refresh() -> Bool {
            let newest = source.generation.load(ordering: .acquiring)
            guard newest != generation else { return false }
            generation = newest
            value = source.current
            return true
        }
    }
}
