/// Hashes labels in wire format. The seed is random per process, so that attackers cannot choose colliding names.
enum NameHash {
    private static let seed = UInt64.random(in: .min ... .max)

    static func hash(_ labels: some Sequence<UInt8>) -> UInt64 {
        // FNV-1a, with the seed instead of its offset basis, and a final mix.
        var hash = seed
        for byte in labels { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash ^= hash >> 32
        return hash &* 0x9E37_79B9_7F4A_7C15
    }
}
