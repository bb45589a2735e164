/// A checksum of documents, which finds what the file system has changed behind the store's back.
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
                // The multiplication moves bits up only; this lets the upper ones count for the lower.
                hash ^= hash >> 32
                offset += 8
            }
            for byte in bytes[offset...] { hash = (hash ^ UInt64(byte)) &* prime }
        }
        return Int64(bitPattern: hash)
    }
}
