/// The records of a positive answer as bytes, ready to be appended to the question.
///
/// Owners and names that are also in the question are pointers, so an answer fits only questions of one length.
/// Where the zone's name is written in full (targets of SRV records, which must not be compressed), it gets the
/// case of the question.
package final class PreparedAnswer: Sendable {
    /// Answer records, then additional ones.
    package let bytes: [UInt8]
    /// The end of each record in `bytes`.
    package let ends: [UInt32]
    /// How many of the records belong to the answer section.
    package let answerCount: Int
    /// The offsets of the zone's name in `bytes`, ascending.
    package let zoneOffsets: [UInt32]
    /// The length of each answer record if they are equally long and may be reordered; otherwise 0.
    package let shuffledLength: Int

    init(bytes: [UInt8], ends: [UInt32], answerCount: Int, zoneOffsets: [UInt32], shuffledLength: Int) {
        self.bytes = bytes
        self.ends = ends
        self.answerCount = answerCount
        self.zoneOffsets = zoneOffsets
        self.shuffledLength = shuffledLength
    }

    /// The addresses in the answer section, in network order, each with its TTL.
    package var addresses: [(ttl: UInt32, bytes: [UInt8])] {
        guard shuffledLength > 0 else { return [] }
        return (0..<answerCount).map { index in
            let start = index * shuffledLength
            let ttl = bytes[(start + 6)..<(start + 10)].reduce(0) { $0 << 8 | UInt32($1) }
            return (ttl, Array(bytes[(start + 12)..<(start + shuffledLength)]))
        }
    }
}

/// Builds a ``PreparedAnswer``.
package struct PreparedAnswerBuilder {
    private static let questionPointer: UInt16 = 0xC000 | UInt16(Query.questionStart)

    private let zone: DomainName
    private let ttl: UInt32
    /// The offset of the first record in the message.
    private let base: Int
    private var bytes: [UInt8] = []
    private var ends: [UInt32] = []
    private var zoneOffsets: [UInt32] = []
    private var answerCount = 0

    /// For questions whose name is `nameLength` bytes long and within `zone`.
    package init(nameLength: Int, zone: DomainName, ttl: UInt32) {
        self.zone = zone
        self.ttl = ttl
        base = Query.questionStart + nameLength + 4
    }

    package var isEmpty: Bool { answerCount == 0 }

    /// Adds an A or AAAA record of the question's name to the answer.
    package mutating func answer(address: [UInt8]) {
        bytes.append(number16: Self.questionPointer)
        appendAddress(address)
        answerCount += 1
    }

    /// Adds an SRV record (RFC 2782) whose target is `labels` in wire format, without a root, below the zone. Returns
    /// the target's offset in the message.
    package mutating func answer(port: UInt16, weight: UInt16, target labels: [UInt8]) -> Int {
        openName(type: .srv, prefix: [0, weight, port], labels: labels)
    }

    /// Adds a record whose data is a name below the zone: NS.
    package mutating func answer(type: RecordType, target labels: [UInt8]) -> Int {
        openName(type: type, prefix: [], labels: labels)
    }

    /// Adds a record with the given data: CNAME, PTR, TXT.
    package mutating func answer(type: RecordType, data: [UInt8], ttl: UInt32? = nil) {
        bytes.append(number16: Self.questionPointer)
        appendHead(type, ttl: ttl ?? self.ttl, length: data.count)
        bytes += data
        closeRecord()
        answerCount += 1
    }

    /// Adds an A or AAAA record of a target to the additional section; no answer record may follow.
    package mutating func additional(target position: Int, labels: [UInt8], address: [UInt8]) {
        if position < 0x4000 {
            bytes.append(number16: 0xC000 | UInt16(position))
        } else {
            bytes += labels
            appendZone()
        }
        appendAddress(address)
    }

    package consuming func finish() -> PreparedAnswer {
        let first = Int(ends.first ?? 0)
        let isUniform = zoneOffsets.isEmpty && answerCount == ends.count && bytes.count == first * answerCount
        let type = bytes.count > 4 ? bytes[3] : 0
        let isAddress = type == UInt8(RecordType.a.rawValue) || type == UInt8(RecordType.aaaa.rawValue)
        return PreparedAnswer(
            bytes: bytes, ends: ends, answerCount: answerCount, zoneOffsets: zoneOffsets,
            shuffledLength: isUniform && isAddress ? first : 0)
    }

    private mutating func openName(type: RecordType, prefix: [UInt16], labels: [UInt8]) -> Int {
        bytes.append(number16: Self.questionPointer)
        appendHead(type, ttl: ttl, length: 2 * prefix.count + labels.count + zone.wire.count)
        for number in prefix { bytes.append(number16: number) }
        let target = base + bytes.count
        bytes += labels
        appendZone()
        closeRecord()
        answerCount += 1
        return target
    }

    private mutating func appendZone() {
        zoneOffsets.append(UInt32(bytes.count))
        bytes += zone.wire
    }

    private mutating func appendAddress(_ address: [UInt8]) {
        appendHead(address.count == 4 ? .a : .aaaa, ttl: ttl, length: address.count)
        bytes += address
        closeRecord()
    }

    private mutating func appendHead(_ type: RecordType, ttl: UInt32, length: Int) {
        bytes.append(number16: type.rawValue)
        bytes.append(number16: RecordClass.internet)
        bytes.append(number32: ttl)
        bytes.append(number16: UInt16(truncatingIfNeeded: length))
    }

    private mutating func closeRecord() { ends.append(UInt32(bytes.count)) }
}
