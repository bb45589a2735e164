/// Writes responses record by record, compressed (RFC 1035, section 4.1.4), and stops at a limit.
package struct MessageWriter {
    private var bytes: [UInt8]
    private let limit: Int
    private var isFull = false
    /// The names written, starting at each label, and their offsets in the message.
    private var known: [ArraySlice<UInt8>: UInt16] = [:]

    private init(question: Question, identifier: UInt16, flags: MessageFlags, limit: Int, edns: Query.EDNS?) {
        bytes = []
        bytes.reserveCapacity(512)
        self.limit = limit - (edns == nil ? 0 : OptRecord.length)
        bytes.append(number16: identifier)
        bytes.append(number16: flags.rawValue)
        bytes.append(number16: 1)
        for _ in 0..<3 { bytes.append(number16: 0) }
        append(question.name, compressed: true)
        bytes.append(number16: question.type.rawValue)
        bytes.append(number16: question.recordClass)
    }

    /// Writes `response` to `question`, as much as fits into `limit`; TC marks a truncated message.
    package static func message(
        _ response: Response, to question: Question, identifier: UInt16, flags: MessageFlags, limit: Int,
        edns: Query.EDNS?
    ) -> [UInt8] {
        var writer = MessageWriter(
            question: question, identifier: identifier, flags: MessageFlags(flags, code: response.code), limit: limit,
            edns: edns)
        for (section, records) in [response.answer, response.authority, response.additional].enumerated() {
            for record in records where !writer.isFull { writer.append(record, section: section) }
        }
        if writer.isFull { writer.bytes[2] |= UInt8(MessageFlags.truncated.rawValue >> 8) }
        if let edns { OptRecord.append(to: &writer.bytes, start: 0, edns: edns, code: response.code) }
        return writer.bytes
    }

    private mutating func append(_ record: ResourceRecord, section: Int) {
        let before = bytes.count
        append(record.name, compressed: true)
        bytes.append(number16: record.type.rawValue)
        bytes.append(number16: record.recordClass)
        bytes.append(number32: record.ttl)
        let lengthPosition = bytes.count
        bytes.append(number16: 0)
        appendData(of: record)
        guard bytes.count <= limit else {
            bytes.removeSubrange(before...)
            isFull = true
            return
        }
        bytes.put(number16: UInt16(truncatingIfNeeded: bytes.count - lengthPosition - 2), at: lengthPosition)
        bytes.increment16(at: 6 + 2 * section)
    }

    private mutating func appendData(of record: ResourceRecord) {
        let (prefix, names) = NamesInData.layout(of: record.type)
        guard NamesInData.mayBeCompressed(in: record.type), prefix <= record.data.count else {
            bytes += record.data
            return
        }
        bytes += record.data[..<prefix]
        var position = prefix
        for _ in 0..<names {
            guard let end = record.data.span.endOfName(at: position), record.data[end - 1] == 0 else { break }
            append(DomainName(trusted: Array(record.data[position..<end])), compressed: true)
            position = end
        }
        bytes += record.data[position...]
    }

    private mutating func append(_ name: DomainName, compressed: Bool) {
        var rest = name.wire[...]
        while let length = rest.first, length != 0 {
            if let offset = known[rest] {
                bytes.append(number16: 0xC000 | offset)
                return
            }
            if let offset = UInt16(exactly: bytes.count), offset < 0x4000 { known[rest] = offset }
            bytes += rest.prefix(Int(length) + 1)
            rest = rest.dropFirst(Int(length) + 1)
        }
        bytes.append(0)
    }
}

/// The OPT record of responses (RFC 6891, section 6.1.2).
package enum OptRecord {
    /// Bytes of a record without options.
    package static let length = 11

    /// Appends the record to the message that begins at `start`, and counts it.
    package static func append(
        to bytes: inout [UInt8], start: Int, edns: Query.EDNS, code: ResponseCode = .noError
    ) {
        bytes.append(0)
        bytes.append(number16: RecordType.opt.rawValue)
        bytes.append(number16: edns.size)
        bytes.append(number32: UInt32(code.rawValue >> 4) << 24 | (edns.wantsSignatures ? 0x8000 : 0))
        bytes.append(number16: 0)
        bytes.increment16(at: start + 10)
    }
}

extension [UInt8] {
    /// Appends two bytes in network order.
    package mutating func append(number16 number: UInt16) {
        append(UInt8(number >> 8))
        append(UInt8(truncatingIfNeeded: number))
    }

    /// Appends four bytes in network order.
    package mutating func append(number32 number: UInt32) {
        append(number16: UInt16(number >> 16))
        append(number16: UInt16(truncatingIfNeeded: number))
    }

    /// Replaces two bytes, in network order.
    package mutating func put(number16 number: UInt16, at position: Int) {
        self[position] = UInt8(number >> 8)
        self[position + 1] = UInt8(truncatingIfNeeded: number)
    }

    /// Increments a 16-bit count in network order.
    package mutating func increment16(at position: Int) {
        put(number16: (UInt16(self[position]) << 8 | UInt16(self[position + 1])) &+ 1, at: position)
    }
}
