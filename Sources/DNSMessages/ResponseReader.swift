/// Reads responses from other servers.
///
/// Every record takes at least eleven bytes of the message and every pointer leads backwards, so neither counts nor
/// pointer chains make reading slow.
package struct ResponseReader: Sendable {
    package private(set) var identifier: UInt16
    package private(set) var question: Question
    package private(set) var response: Response

    /// Reads a whole message with one question.
    package init(_ message: [UInt8]) throws(DNSMessageError) {
        let span = message.span
        guard span.count >= Query.questionStart else { throw DNSMessageError(.cutShort, at: span.count) }
        let flags = MessageFlags(rawValue: span.number16(at: 2))
        guard flags.contains(.response), span.number16(at: 4) == 1 else { throw DNSMessageError(.notAResponse, at: 2) }
        var (name, position) = try span.name(at: Query.questionStart)
        guard position + 4 <= span.count else { throw DNSMessageError(.cutShort, at: span.count) }
        identifier = span.number16(at: 0)
        question = Question(
            name: name, type: RecordType(rawValue: span.number16(at: position)),
            recordClass: span.number16(at: position + 2))
        position += 4
        response = Response(code: flags.responseCode, flags: flags)
        for section in 0..<3 {
            for _ in 0..<span.number16(at: 6 + 2 * section) {
                guard let head = RecordHead(span, at: position) else { throw DNSMessageError(.cutShort, at: position) }
                (name, _) = try span.name(at: position)
                position = head.end
                if head.type == .opt {
                    response.code = ResponseCode(
                        rawValue: response.code.rawValue | UInt16(truncatingIfNeeded: head.ttl >> 24) << 4)
                    continue
                }
                let record = ResourceRecord(
                    name: name, type: head.type, recordClass: head.recordClass, ttl: head.ttl,
                    data: try span.data(of: head))
                switch section {
                case 0: response.answer.append(record)
                case 1: response.authority.append(record)
                default: response.additional.append(record)
                }
            }
        }
    }
}

extension Span<UInt8> {
    /// The name at `start`, with pointers followed, and its end in the message.
    fileprivate func name(at start: Int) throws(DNSMessageError) -> (DomainName, end: Int) {
        var wire: [UInt8] = []
        var position = start
        var limit = start
        var end: Int?
        while position < count {
            let length = Int(self[position])
            switch length {
            case 0:
                wire.append(0)
                return (DomainName(trusted: wire), end ?? position + 1)
            case 1...DomainName.maximumLabelLength:
                guard position + length < count, wire.count + length + 2 <= DomainName.maximumLength else {
                    throw DNSMessageError(.name, at: position)
                }
                for index in position...(position + length) { wire.append(self[index]) }
                position += length + 1
            case 0xC0...:
                guard position + 2 <= count else { throw DNSMessageError(.cutShort, at: position) }
                let target = Int(number16(at: position) & 0x3FFF)
                guard target < limit else { throw DNSMessageError(.name, at: position) }
                end = end ?? position + 2
                (position, limit) = (target, target)
            default:
                throw DNSMessageError(.name, at: position)
            }
        }
        throw DNSMessageError(.cutShort, at: count)
    }

    /// The data of a record, with its names uncompressed where the type may have them compressed (RFC 3597, section 4).
    fileprivate func data(of head: RecordHead) throws(DNSMessageError) -> [UInt8] {
        let (prefix, names) = NamesInData.layout(of: head.type)
        var data: [UInt8] = []
        var position = head.dataStart
        func copy(upTo end: Int) {
            while position < end {
                data.append(self[position])
                position += 1
            }
        }
        guard names > 0 else {
            copy(upTo: head.end)
            return data
        }
        guard position + prefix <= head.end else { throw DNSMessageError(.cutShort, at: position) }
        copy(upTo: position + prefix)
        for _ in 0..<names {
            let (name, end) = try name(at: position)
            guard end <= head.end else { throw DNSMessageError(.name, at: position) }
            data += name.wire
            position = end
        }
        copy(upTo: head.end)
        return data
    }
}

/// Which records have names in their data that may be compressed.
enum NamesInData {
    /// The number of bytes before the names, and the number of names.
    static func layout(of type: RecordType) -> (prefix: Int, names: Int) {
        switch type.rawValue {
        case 2, 3, 4, 5, 7, 8, 9, 12, 39: (0, 1)  // NS, MD, MF, CNAME, MB, MG, MR, PTR, DNAME
        case 6, 14, 17: (0, 2)  // SOA, MINFO, RP
        case 15, 18, 21, 36: (2, 1)  // MX, AFSDB, RT, KX
        case 26: (2, 2)  // PX
        case 33: (6, 1)  // SRV
        default: (0, 0)
        }
    }

    /// Whether names in the data may be compressed when written: only those of RFC 1035.
    static func mayBeCompressed(in type: RecordType) -> Bool {
        switch type.rawValue {
        case 2, 5, 6, 12, 15: true
        default: false
        }
    }
}
