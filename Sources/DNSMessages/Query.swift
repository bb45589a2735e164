/// What a server needs to know about a query, apart from the bytes of its name.
package struct Query: Sendable, Hashable {
    /// The parts of the client's EDNS record (RFC 6891) that a server without options reads.
    package struct EDNS: Sendable, Hashable {
        /// The largest UDP message that the client claims to accept, in bytes.
        package var size: UInt16
        package var version: UInt8
        /// DO: the client wants signatures (RFC 3225).
        package var wantsSignatures: Bool

        package init(size: UInt16, version: UInt8 = 0, wantsSignatures: Bool = false) {
            self.size = size
            self.version = version
            self.wantsSignatures = wantsSignatures
        }
    }

    package var identifier: UInt16 = 0
    package var flags: MessageFlags = []
    package var type = RecordType.a
    package var recordClass: UInt16 = RecordClass.internet
    /// The length of the question's name in wire format.
    package var nameLength = 1
    package var edns: EDNS?

    package init() {}

    /// Where the question begins: after the header.
    package static let questionStart = 12
    /// Where the question ends.
    package var questionEnd: Int { Self.questionStart + nameLength + 4 }

    /// The largest response, in bytes, that the client accepts over UDP.
    package var datagramLimit: Int { max(512, Int(edns?.size ?? 512)) }
}

/// What to do with a received message.
package enum QueryVerdict: Sendable, Hashable {
    case answer
    /// Not a query, or too short to answer: stay silent.
    case ignore
    /// Answer with this code and nothing else; `echoingQuestion` if a question could be read.
    case reject(ResponseCode, echoingQuestion: Bool)
}

/// The name of a question, in lower case: a buffer reused for each query.
package struct NameBuffer: Sendable {
    /// The name in wire format, in lower case; only the first `Query.nameLength` bytes are valid.
    package private(set) var bytes = [UInt8](repeating: 0, count: DomainName.maximumLength)
    /// The offset of each label's length byte, without the root.
    package private(set) var starts = [UInt8](repeating: 0, count: 128)
    package private(set) var labelCount = 0

    package init() {}

    /// The buffer filled with a name.
    package init(_ name: DomainName) {
        _ = fill(from: name.wire.span, at: 0)
    }

    /// Reads an uncompressed name; returns its length in wire format, or `nil` if it is invalid: too long, truncated,
    /// or compressed, which the first name of a message cannot be.
    package mutating func fill(from message: Span<UInt8>, at start: Int) -> Int? {
        var position = start
        labelCount = 0
        while position < message.count {
            let length = Int(message[position])
            let offset = position - start
            bytes[offset] = UInt8(length)
            if length == 0 { return offset + 1 }
            // One more byte is needed for the root.
            guard length <= DomainName.maximumLabelLength, offset + length + 2 <= DomainName.maximumLength,
                position + length < message.count
            else { return nil }
            starts[labelCount] = UInt8(offset)
            labelCount += 1
            for index in 1...length { bytes[offset + index] = message[position + index].asciiLowercased }
            position += length + 1
        }
        return nil
    }
}
