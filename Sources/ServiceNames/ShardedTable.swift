/// A dictionary in many small parts. Copies share all of them; a change copies only one, so that readers keep their
/// version while a writer continues, and a change costs the same in a large cluster as in a small one.
struct ShardedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private static var shardCount: Int { 512 }

    private var shards: [[Key: Value]]
    private let shardOf: @Sendable (Key) -> UInt64

    /// An empty table; `shardOf` is a hash of the key.
    init(shardOf: @escaping @Sendable (Key) -> UInt64) {
        shards = Array(repeating: [:], count: Self.shardCount)
        self.shardOf = shardOf
    }

    private func index(of key: Key) -> Int { Int(truncatingIfNeeded: shardOf(key) >> 40) & (Self.shardCount - 1) }

    subscript(key: Key) -> Value? {
        get { shards[index(of: key)][key] }
        _modify { yield &shards[index(of: key)][key] }
    }

    subscript(key: Key, default value: @autoclosure () -> Value) -> Value {
        get { self[key] ?? value() }
        _modify { yield &shards[index(of: key)][key, default: value()] }
    }
}
