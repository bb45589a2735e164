/// Writes queries to other servers.
package enum QueryWriter {
    /// A query with EDNS; `identifier` can be patched into the first two bytes later.
    ///
    /// `flags` are those of the client's query; RD, AD and CD are passed on.
    package static func message(
        _ question: Question, identifier: UInt16 = 0, flags: MessageFlags, edns: Query.EDNS
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Query.questionStart + question.name.wire.count + 4 + OptRecord.length)
        let passed = flags.intersection([.recursionDesired, .authenticData, .checkingDisabled])
        for number in [identifier, passed.rawValue, 1, 0, 0, 0] { bytes.append(number16: number) }
        bytes += question.name.wire
        bytes.append(number16: question.type.rawValue)
        bytes.append(number16: question.recordClass)
        OptRecord.append(to: &bytes, start: 0, edns: edns)
        return bytes
    }
}
