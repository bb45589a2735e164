/// Hashes labels on the wire. The seed is drawn anew in each process, so that nobody can choose names that collide.
enum NameHash {
    private static let seed = UInt64.random(in: .min ... .max)

    static func hash(_ labels: some Sequence<UInt8>) -> UInt64 {
        // FNV-1a, with the seed in place of its offset, and a last mix.
        var hash = seed
        for byte in labels { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash ^= hash >> 32
        return hash &* 0x9E37_79B9_7F4A_7C15
    }
}
