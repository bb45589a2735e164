/// A resource record with its names uncompressed.
package struct ResourceRecord: Sendable, Hashable {
    package var name: DomainName
    package var type: RecordType
    package var recordClass: UInt16
    /// Seconds for which the record may be cached.
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

    /// The name at `offset` of the record's data; `nil` if there is none.
    package func targetName(at offset: Int = 0) -> DomainName? {
        guard offset < data.count, data.span.endOfName(at: offset) == data.count, data.last == 0 else { return nil }
        return DomainName(trusted: Array(data[offset...]))
    }
}

/// A response, read or to be written, without its OPT record.
package struct Response: Sendable, Hashable {
    package var code: ResponseCode
    /// Only AA, RA and AD of these belong to the response.
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

    /// All records, in wire order.
    package var records: [ResourceRecord] { answer + authority + additional }

    /// The response with `body` applied to each record.
    package func mapRecords(_ body: (inout ResourceRecord) -> Void) -> Response {
        var copy = self
        for index in copy.answer.indices { body(&copy.answer[index]) }
        for index in copy.authority.indices { body(&copy.authority[index]) }
        for index in copy.additional.indices { body(&copy.additional[index]) }
        return copy
    }
}

/// A question: a name, a type and a class.
package struct Question: Sendable, Hashable {
    /// In the client's case.
    package var name: DomainName
    package var type: RecordType
    package var recordClass: UInt16

    package init(name: DomainName, type: RecordType, recordClass: UInt16 = RecordClass.internet) {
        self.name = name
        self.type = type
        self.recordClass = recordClass
    }

    /// Whether a response to `other` answers this question: names are compared ignoring case.
    package func matches(_ other: Question) -> Bool {
        type == other.type && recordClass == other.recordClass && name.lowercased == other.name.lowercased
    }
}
