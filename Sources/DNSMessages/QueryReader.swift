/// Reads queries. The length of the message bounds the cost, whatever its counts and lengths claim.
package enum QueryReader {
    /// Reads `message` into `query` and `name`. It accepts and rejects as CoreDNS does (the `accept` function of its
    /// DNS library), except for NOTIFY, which has no use here.
    package static func read(
        _ message: Span<UInt8>, into query: inout Query, name: inout NameBuffer
    ) -> QueryVerdict {
        guard message.count >= Query.questionStart else { return .ignore }
        query.identifier = message.number16(at: 0)
        query.flags = MessageFlags(rawValue: message.number16(at: 2))
        query.edns = nil
        guard !query.flags.contains(.response) else { return .ignore }
        guard query.flags.operation == 0 else { return .reject(.notImplemented, echoingQuestion: false) }
        let additionals = message.number16(at: 10)
        guard message.number16(at: 4) == 1, message.number16(at: 6) <= 1, message.number16(at: 8) <= 1,
            additionals <= 2,
            let length = name.fill(from: message, at: Query.questionStart)
        else { return .reject(.formatError, echoingQuestion: false) }
        query.nameLength = length
        guard query.questionEnd <= message.count else { return .reject(.formatError, echoingQuestion: false) }
        query.type = RecordType(rawValue: message.number16(at: query.questionEnd - 4))
        query.recordClass = message.number16(at: query.questionEnd - 2)

        var position = query.questionEnd
        let others = Int(message.number16(at: 6) + message.number16(at: 8))
        for index in 0..<(others + Int(additionals)) {
            // A message may be shorter than its header claims.
            if position == message.count { break }
            guard let record = RecordHead(message, at: position) else {
                return .reject(.formatError, echoingQuestion: true)
            }
            if index >= others, record.type == .opt {
                guard record.areOptionsWhole(in: message) else { return .reject(.formatError, echoingQuestion: true) }
                query.edns = Query.EDNS(
                    size: record.recordClass, version: UInt8(truncatingIfNeeded: record.ttl >> 16),
                    wantsSignatures: record.ttl & 0x8000 != 0)
            }
            position = record.end
        }
        if let edns = query.edns, edns.version != 0 { return .reject(.badVersion, echoingQuestion: true) }
        return .answer
    }
}

/// The fixed part of a resource record, and the position of its data.
struct RecordHead {
    var type: RecordType
    var recordClass: UInt16
    var ttl: UInt32
    var dataStart: Int
    var end: Int

    /// Reads the record at `start`; `nil` if it does not end within the message.
    init?(_ message: Span<UInt8>, at start: Int) {
        guard let nameEnd = message.endOfName(at: start), nameEnd + 10 <= message.count, message.isName(at: start)
        else { return nil }
        type = RecordType(rawValue: message.number16(at: nameEnd))
        recordClass = message.number16(at: nameEnd + 2)
        ttl = message.number32(at: nameEnd + 4)
        dataStart = nameEnd + 10
        end = dataStart + Int(message.number16(at: nameEnd + 8))
        guard end <= message.count else { return nil }
        let length = end - dataStart
        if recordClass == RecordClass.internet, type == .a && length != 4 || type == .aaaa && length != 16 {
            return nil
        }
        if let offset = type.nameOffset, length > 0 {
            let name = dataStart + offset
            guard message.endOfName(at: name) == end, message.isName(at: name) else { return nil }
        }
    }

    /// Whether the options of an OPT record fill its data exactly, and name the client's network properly.
    func areOptionsWhole(in message: Span<UInt8>) -> Bool {
        var position = dataStart
        while position < end {
            guard position + 4 <= end else { return false }
            let next = position + 4 + Int(message.number16(at: position + 2))
            guard next <= end else { return false }
            if message.number16(at: position) == Self.clientSubnet,
                !Self.isSubnet(message, position + 4..<next)
            {
                return false
            }
            position = next
        }
        return true
    }

    /// The option with the client's network (RFC 7871, section 6).
    private static let clientSubnet: UInt16 = 8

    /// Whether prefix lengths fit the address family.
    private static func isSubnet(_ message: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count >= 4 else { return false }
        let longest: [UInt16: UInt8] = [0: 0, 1: 32, 2: 128]
        guard let limit = longest[message.number16(at: range.lowerBound)] else { return false }
        return message[range.lowerBound + 2] <= limit && message[range.lowerBound + 3] <= limit
    }
}

extension RecordType {
    /// Where in a record's data the name that ends it begins; `nil` if it does not end with one.
    fileprivate var nameOffset: Int? {
        switch self {
        case .ns, .cname, .ptr, .dname: 0
        case .mx: 2
        case .srv: 6
        default: nil
        }
    }
}

extension Span<UInt8> {
    /// Two bytes in network order.
    func number16(at position: Int) -> UInt16 { UInt16(self[position]) << 8 | UInt16(self[position + 1]) }

    /// Four bytes in network order.
    func number32(at position: Int) -> UInt32 {
        UInt32(number16(at: position)) << 16 | UInt32(number16(at: position + 2))
    }

    /// Whether the name at `start` is whole and at most 255 bytes long, with all pointers backwards.
    func isName(at start: Int) -> Bool {
        var (position, length, lowest) = (start, 0, start)
        while position < count {
            let byte = Int(self[position])
            switch byte {
            case 0: return length < DomainName.maximumLength
            case 1...DomainName.maximumLabelLength:
                position += byte + 1
                length += byte + 1
            case 0xC0...:
                guard position + 2 <= count else { return false }
                position = Int(number16(at: position) & 0x3FFF)
                // Lower each time, so this ends.
                guard position < lowest else { return false }
                lowest = position
            default: return false
            }
            guard length < DomainName.maximumLength else { return false }
        }
        return false
    }

    /// Where the name at `start` ends, not following a pointer; `nil` if it does not end within the message.
    func endOfName(at start: Int) -> Int? {
        var position = start
        while position < count {
            let length = Int(self[position])
            switch length {
            case 0: return position + 1
            case 1...DomainName.maximumLabelLength: position += length + 1
            case 0xC0...: return position + 2 <= count ? position + 2 : nil
            default: return nil
            }
            if position - start > DomainName.maximumLength { return nil }
        }
        return nil
    }
}
