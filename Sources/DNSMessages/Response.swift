/// A resource record with its names uncompressed.
package struct ResourceRecord: Sendable, Hashable {
    package var name: DomainName
    package var type: RecordType
    package var recordClass: UInt16
    /// Seconds for which the record may be kept.
    package var ttl: UInt32
    package var data: [UInt8]

    package init(
        name: DomainName, type: RecordType, recordClass: UInt16 = RecordClass.internet, ttl: UInt32, data: [UInt8]
    ) {
        self.name = name
        self.type = type
        self.recordClass = recordClass
        self.ttl = ttl
        self.data = data
    }

    /// The name that the record's data begins at `offset`; `nil` if there is none.
    package func targetName(at offset: Int = 0) -> DomainName? {
        guard offset < data.count, data.span.endOfName(at: offset) == data.count, data.last == 0 else { return nil }
        return DomainName(trusted: Array(data[offset...]))
    }
}

/// A response, read or to be written; the OPT record is not among its records.
package struct Response: Sendable, Hashable {
    package var code: ResponseCode
    /// Of these, only AA, RA and AD are the response's own.
    package var flags: MessageFlags
    package var answer: [ResourceRecord]
    package var authority: [ResourceRecord]
    package var additional: [ResourceRecord]

    package init(
        code: ResponseCode = .noError, flags: MessageFlags = [], answer: [ResourceRecord] = [],
        authority: [ResourceRecord] = [], additional: [ResourceRecord] = []
    ) {
        self.code = code
        self.flags = flags
        self.answer = answer
        self.authority = authority
        self.additional = additional
    }

    /// All records, in the order of the wire.
    package var records: [ResourceRecord] { answer + authority + additional }

    /// The response with `body` done to each record.
    package func mapRecords(_ body: (inout ResourceRecord) -> Void) -> Response {
        var copy = self
        for index in copy.answer.indices { body(&copy.answer[index]) }
        for index in copy.authority.indices { body(&copy.authority[index]) }
        for index in copy.additional.indices { body(&copy.additional[index]) }
        return copy
    }
}

/// What is asked: a name, a type and a class.
package struct Question: Sendable, Hashable {
    /// With the letters as the client wrote them.
    package var name: DomainName
    package var type: RecordType
    package var recordClass: UInt16

    package init(name: DomainName, type: RecordType, recordClass: UInt16 = RecordClass.internet) {
        self.name = name
        self.type = type
        self.recordClass = recordClass
    }

    /// Whether a response to `other` answers this question: names are compared without regard to case.
    package func matches(_ other: Question) -> Bool {
        type == other.type && recordClass == other.recordClass && name.lowercased == other.name.lowercased
    }
}
