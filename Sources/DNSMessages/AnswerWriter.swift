/// The start of authority of a zone that the server generates (RFC 1035, section 3.3.13): it answers SOA questions, and
/// in the authority section of negative answers its TTL bounds how long they are cached.
package struct ZoneAuthority: Sendable, Hashable {
    /// The length of the zone's name in wire format.
    package var zoneLength: Int
    package var serial: UInt32
    package var ttl: UInt32

    package init(zoneLength: Int, serial: UInt32, ttl: UInt32) {
        self.zoneLength = zoneLength
        self.serial = serial
        self.ttl = ttl
    }
}

/// Appends responses to a reused buffer; nothing is allocated once it has grown.
package struct AnswerWriter {
    package var query = Query()
    /// The largest message to write, in bytes.
    package var limit = 512
    /// Whether addresses are reordered each time.
    package var isShuffling = true
    private var generator = ShuffleGenerator()

    package init() {}

    /// A response without records: an error, or a refusal. The question is omitted if `echoingQuestion` is false.
    package func appendError(
        _ code: ResponseCode, to message: Span<UInt8>, echoingQuestion: Bool = true, into out: inout [UInt8]
    ) {
        let start = out.count
        var kept: MessageFlags = [.recursionDesired, .checkingDisabled]
        if !echoingQuestion { kept.formUnion([.truncated, .recursionAvailable, .authenticData]) }
        let operation = code == .notImplemented ? query.flags.operation : 0
        let flags = query.flags.intersection(kept).union(.response)
        appendHeader(
            MessageFlags(flags, operation: operation, code: code), question: echoingQuestion, message, to: &out)
        if code == .badVersion {
            OptRecord.append(to: &out, start: start, edns: Query.EDNS(size: 0), code: code)
        } else if code != .formatError, let edns = query.edns {
            OptRecord.append(to: &out, start: start, edns: edns, code: code)
        }
    }

    /// A negative answer: the name does not exist (`nameError`), or has no records of this type (`noError`).
    package func appendNegative(
        _ code: ResponseCode, authority: ZoneAuthority, to message: Span<UInt8>, into out: inout [UInt8]
    ) {
        let start = out.count
        appendHeader(authoritativeFlags(code), question: true, message, to: &out)
        appendAuthority(authority, to: &out)
        out.increment16(at: start + 8)
        if let edns = query.edns { OptRecord.append(to: &out, start: start, edns: edns) }
    }

    /// The answer to a question for the SOA of a zone.
    package func appendAuthorityAnswer(
        _ authority: ZoneAuthority, to message: Span<UInt8>, into out: inout [UInt8]
    ) {
        let start = out.count
        appendHeader(authoritativeFlags(.noError), question: true, message, to: &out)
        appendAuthority(authority, to: &out)
        out.increment16(at: start + 6)
        if let edns = query.edns { OptRecord.append(to: &out, start: start, edns: edns) }
    }

    /// A positive answer: as many of its records as fit; TC says that some are missing.
    package mutating func append(
        _ answer: PreparedAnswer, zoneLength: Int, to message: Span<UInt8>, into out: inout [UInt8]
    ) {
        let start = out.count
        appendHeader(authoritativeFlags(.noError), question: true, message, to: &out)
        let base = out.count
        let room = limit - (base - start) - (query.edns == nil ? 0 : OptRecord.length)
        var count = answer.ends.count
        if answer.bytes.count > room {
            count = answer.ends.firstIndex { Int($0) > room } ?? count
            out[start + 2] |= UInt8(MessageFlags.truncated.rawValue >> 8)
        }
        let answers = min(count, answer.answerCount)
        let length = count > 0 ? Int(answer.ends[count - 1]) : 0
        if answer.shuffledLength > 0, answers > 1, isShuffling {
            appendShuffled(answer, count: answers, to: &out)
        } else {
            out += answer.bytes[..<length]
        }
        copyZone(answer, upTo: length, base: base, zoneLength: zoneLength, from: message, to: &out)
        out.put(number16: UInt16(answers), at: start + 6)
        out.put(number16: UInt16(count - answers), at: start + 10)
        if let edns = query.edns { OptRecord.append(to: &out, start: start, edns: edns) }
    }

    private func authoritativeFlags(_ code: ResponseCode) -> MessageFlags {
        let kept = query.flags.intersection([.recursionDesired, .checkingDisabled])
        return MessageFlags(kept.union([.response, .authoritative]), code: code)
    }

    private func appendHeader(
        _ flags: MessageFlags, question: Bool, _ message: Span<UInt8>, to out: inout [UInt8]
    ) {
        out.append(number16: query.identifier)
        out.append(number16: flags.rawValue)
        out.append(number16: question ? 1 : 0)
        for _ in 0..<6 { out.append(0) }
        guard question else { return }
        for index in Query.questionStart..<query.questionEnd { out.append(message[index]) }
    }

    private func appendAuthority(_ authority: ZoneAuthority, to out: inout [UInt8]) {
        let zone = 0xC000 | UInt16(Query.questionStart + query.nameLength - authority.zoneLength)
        out.append(number16: zone)
        out.append(number16: RecordType.soa.rawValue)
        out.append(number16: RecordClass.internet)
        out.append(number32: authority.ttl)
        out.append(number16: UInt16(Self.nameServer.count + 2 + Self.mailbox.count + 2 + 20))
        out += Self.nameServer
        out.append(number16: zone)
        out += Self.mailbox
        out.append(number16: zone)
        // Serial, refresh, retry, expire, and the maximum caching time of negative answers.
        for number in [authority.serial, 7200, 1800, 86400, authority.ttl] { out.append(number32: number) }
    }

    private mutating func appendShuffled(_ answer: PreparedAnswer, count: Int, to out: inout [UInt8]) {
        let length = answer.shuffledLength
        let base = out.count
        // Any `count` of them: different ones are omitted each time.
        out += answer.bytes
        let all = answer.answerCount
        for index in 0..<min(count, all - 1) {
            let other = index + Int(generator.next(below: UInt32(all - index)))
            guard other != index else { continue }
            for byte in 0..<length { out.swapAt(base + index * length + byte, base + other * length + byte) }
        }
        out.removeSubrange((base + count * length)...)
    }

    /// Gives the zone's name within the records the case that it has in the question.
    private func copyZone(
        _ answer: PreparedAnswer, upTo length: Int, base: Int, zoneLength: Int, from message: Span<UInt8>,
        to out: inout [UInt8]
    ) {
        guard let first = answer.zoneOffsets.first, first < length else { return }
        let zone = Query.questionStart + query.nameLength - zoneLength
        guard (0..<zoneLength).contains(where: { answer.bytes[Int(first) + $0] != message[zone + $0] }) else { return }
        for offset in answer.zoneOffsets where offset < length {
            for index in 0..<zoneLength { out[base + Int(offset) + index] = message[zone + index] }
        }
    }

    // "ns.dns" and "hostmaster", to be followed by the zone.
    private static let nameServer: [UInt8] = [2] + "ns".utf8 + [3] + "dns".utf8
    private static let mailbox: [UInt8] = [10] + "hostmaster".utf8
}

/// A small generator for the order of addresses, which need not be unpredictable: xorshift64*.
struct ShuffleGenerator: Sendable {
    private var state = UInt64.random(in: 1 ... .max)

    /// A number below `bound`, even enough for a few thousand addresses.
    mutating func next(below bound: UInt32) -> UInt32 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        let random = UInt32(truncatingIfNeeded: (state &* 0x2545_F491_4F6C_DD1D) >> 32)
        return UInt32(UInt64(random) * UInt64(bound) >> 32)
    }
}
