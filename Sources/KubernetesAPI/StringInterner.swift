import Glibc

/// Shares the storage of equal strings: the same names of nodes, zones and Services are read 100,000 times.
///
/// Keep one across calls to share between lists and watches. It forgets everything when it holds too many strings; that
/// costs memory for strings read again, never correctness.
package struct StringInterner: Sendable {
    private static let capacity = 1 << 16
    /// Swift stores up to this many bytes within the `String` itself.
    private static let inlineLength = 15

    private var texts: [Int: String] = [:]
    private var ports: [[EndpointPort]: [EndpointPort]] = [:]
    private var servicePorts: [[ServicePort]: [ServicePort]] = [:]
    /// Placements by the protobuf that they were read from.
    var placements = ByteInterner<Placement>(capacity: capacity)

    package init() {}

    /// The text in `bytes`; `nil` if they are not UTF-8.
    package mutating func text(_ bytes: UnsafeRawBufferPointer) -> String? {
        guard bytes.count > Self.inlineLength else { return String(utf8: bytes) }
        var hasher = Hasher()
        hasher.combine(bytes: bytes)
        let hash = hasher.finalize()
        if let known = texts[hash], Self.isEqual(known, bytes) { return known }
        guard let text = String(utf8: bytes) else { return nil }
        if texts.count >= Self.capacity { texts.removeAll() }
        texts[hash] = text
        return text
    }

    /// The same ports, in storage shared with other slices.
    mutating func shared(_ ports: [EndpointPort]) -> [EndpointPort] {
        if let known = self.ports[ports] { return known }
        if self.ports.count >= Self.capacity { self.ports.removeAll() }
        self.ports[ports] = ports
        return ports
    }

    /// The same ports, in storage shared with other Services. Node ports are not shared: no two Services have the same.
    mutating func shared(_ ports: [ServicePort]) -> [ServicePort] {
        guard ports.allSatisfy({ $0.nodePort == nil }) else { return ports }
        if let known = servicePorts[ports] { return known }
        if servicePorts.count >= Self.capacity { servicePorts.removeAll() }
        servicePorts[ports] = ports
        return ports
    }

    private static func isEqual(_ text: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
        text.utf8.withContiguousStorageIfAvailable { known in
            guard known.count == bytes.count, let one = known.baseAddress, let other = bytes.baseAddress else {
                return known.count == bytes.count
            }
            return memcmp(one, other, bytes.count) == 0
        } ?? text.utf8.elementsEqual(bytes)
    }
}

extension String {
    /// The text in `bytes`; `nil` if they are not UTF-8.
    ///
    /// Names are ASCII, and the standard library's `String(validating:as:)` is generic code that takes ten times as
    /// long to establish that.
    init?(utf8 bytes: UnsafeRawBufferPointer) {
        if bytes.allSatisfy({ $0 < 0x80 }) {
            self.init(decoding: bytes, as: UTF8.self)
        } else {
            self.init(validating: bytes, as: UTF8.self)
        }
    }
}
