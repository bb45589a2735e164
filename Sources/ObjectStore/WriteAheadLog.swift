import Foundation

/// A look at SQLite's write-ahead log before SQLite opens it.
///
/// SQLite ends a log at the first frame with a wrong checksum: writes that a power cut left incomplete were never
/// acknowledged. It treats damage in the middle the same way, and would silently drop everything after it. The
/// difference: a transaction is written only once the previous one is on the disk, so after an incomplete write, only
/// the last frame of the log can end a transaction.
///
/// https://www.sqlite.org/fileformat2.html#walformat
struct WriteAheadLog {
    private static let headerSize = 32
    private static let frameHeaderSize = 24
    private static let magic: UInt32 = 0x377F_0682

    /// Whether acknowledged transactions can no longer be read. A missing file is not damaged.
    ///
    /// - Throws: what reading the file throws.
    static func isDamaged(_ path: String) throws -> Bool {
        guard FileManager.default.fileExists(atPath: path) else { return false }
        return try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe).withUnsafeBytes { isDamaged($0) }
    }

    private static func isDamaged(_ log: UnsafeRawBufferPointer) -> Bool {
        guard log.count > headerSize else { return false }
        let magic = number(log, 0)
        let pageSize = Int(number(log, 8))
        guard magic & ~1 == Self.magic, pageSize >= 512, pageSize <= 65536 else { return true }
        var sum = Checksum(isBigEndian: magic & 1 == 1)
        sum.add(log, 0..<24)
        guard sum.matches(log, 24) else { return true }
        let salts = (number(log, 16), number(log, 20))
        var isValid = true
        var hasEndBehindDamage = false
        let frame = frameHeaderSize + pageSize
        for offset in stride(from: headerSize, through: log.count - frame, by: frame) {
            // Frames of an earlier round of the log may follow its end.
            guard (number(log, offset + 8), number(log, offset + 12)) == salts else { break }
            if isValid {
                sum.add(log, offset..<(offset + 8))
                sum.add(log, (offset + frameHeaderSize)..<(offset + frameHeaderSize + pageSize))
                isValid = sum.matches(log, offset + 16)
            }
            if isValid { continue }
            // Something follows the end of a transaction.
            if hasEndBehindDamage { return true }
            hasEndBehindDamage = number(log, offset + 4) > 0
        }
        return false
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// The cumulative checksum of a log.
    private struct Checksum {
        let isBigEndian: Bool
        var first: UInt32 = 0
        var second: UInt32 = 0

        init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

        /// Adds bytes, eight at a time.
        mutating func add(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
            var offset = range.lowerBound
            while offset < range.upperBound {
                first = first &+ word(bytes, offset) &+ second
                second = second &+ word(bytes, offset + 4) &+ first
                offset += 8
            }
        }

        func matches(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Bool {
            first == number(bytes, offset) && second == number(bytes, offset + 4)
        }

        private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            return isBigEndian ? UInt32(bigEndian: word) : UInt32(littleEndian: word)
        }
    }
}
