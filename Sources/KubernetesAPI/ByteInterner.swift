import Glibc

/// Values by the bytes that they were read from: a cluster's objects repeat the same parts 100,000 times.
///
/// It forgets everything when it holds too many; that costs memory for values read again, never correctness.
struct ByteInterner<Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        var bytes: [UInt8]
        var value: Value
    }

    private let capacity: Int
    private var entries: [Int: Entry] = [:]

    init(capacity: Int) { self.capacity = capacity }

    /// The value that was made from the same bytes; `nil` if none is known.
    subscript(bytes: UnsafeRawBufferPointer) -> Value? {
        get {
            guard let known = entries[Self.hash(bytes)], Self.isEqual(known.bytes, bytes) else { return nil }
            return known.value
        }
        set {
            if entries.count >= capacity { entries.removeAll() }
            entries[Self.hash(bytes)] = newValue.map { Entry(bytes: Array(bytes), value: $0) }
        }
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: bytes)
        return hasher.finalize()
    }

    private static func isEqual(_ known: [UInt8], _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard known.count == bytes.count else { return false }
        guard let other = bytes.baseAddress else { return true }
        return known.withUnsafeBytes { $0.baseAddress.map { memcmp($0, other, bytes.count) == 0 } ?? true }
    }
}
