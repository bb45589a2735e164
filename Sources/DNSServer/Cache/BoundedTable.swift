/// A bounded dictionary. When it is full, a new entry replaces the least used of a few random ones, so that a flood of
/// names queried only once mostly evicts itself.
struct BoundedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private static var candidates: Int { 5 }

    private struct Slot: Sendable {
        var key: Key
        var value: Value
        var lastUse: Double
        var uses: UInt32
    }

    private let capacity: Int
    private var slots: [Slot] = []
    private var index: [Key: Int] = [:]
    private(set) var evictions: UInt64 = 0

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { slots.count }

    /// Changes the value of `key` in place and counts a use; `nil` if there is none.
    mutating func update<Result>(_ key: Key, _ body: (inout Value) -> Result) -> Result? {
        guard let position = index[key] else { return nil }
        slots[position].uses &+= 1
        return body(&slots[position].value)
    }

    mutating func insert(_ value: Value, for key: Key, now: Double) {
        if let position = index[key] {
            slots[position].value = value
            slots[position].lastUse = now
        } else if slots.count < capacity {
            index[key] = slots.count
            slots.append(Slot(key: key, value: value, lastUse: now, uses: 0))
        } else {
            let position = victim()
            index[slots[position].key] = nil
            index[key] = position
            slots[position] = Slot(key: key, value: value, lastUse: now, uses: 0)
            evictions += 1
        }
    }

    mutating func remove(_ key: Key) {
        guard let position = index.removeValue(forKey: key) else { return }
        let last = slots.removeLast()
        guard position < slots.count else { return }
        slots[position] = last
        index[last.key] = position
    }

    private func victim() -> Int {
        var victim = Int.random(in: 0..<slots.count)
        for _ in 1..<Self.candidates {
            let other = Int.random(in: 0..<slots.count)
            if (slots[other].uses, slots[other].lastUse) < (slots[victim].uses, slots[victim].lastUse) {
                victim = other
            }
        }
        return victim
    }
}
