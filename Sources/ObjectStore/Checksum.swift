/// A checksum of documents, which detects corruption by the file system.
///
/// FNV-1a over words of eight bytes: http://www.isthe.com/chongo/tech/comp/fnv/
enum Checksum {
    static func of(_ document: [UInt8]) -> Int64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        let prime: UInt64 = 0x100_0000_01B3
        document.withUnsafeBytes { bytes in
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                hash = (hash ^ word) &* prime
                // Multiplication moves bits up only; this mixes the upper ones into the lower.
                hash ^= hash >> 32
                offset += 8
            }
            for byte in bytes[offset...] { hash = (hash ^ UInt64(byte)) &* prime }
        }
        return Int64(bitPattern: hash)
    }
}
