/// Why a message cannot be read: the fault and its position.
package struct DNSMessageError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// Something runs past the end.
        case cutShort
        /// A name is too long, points forward or has a label of an unknown kind.
        case name
        /// It is not a response to exactly one question.
        case notAResponse
    }

    package var code: Code
    /// The byte at which reading stopped.
    package var offset: Int

    package init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }

    package var description: String {
        switch code {
        case .cutShort: "the message ends at byte \(offset), within a record"
        case .name: "no valid domain name at byte \(offset)"
        case .notAResponse: "the message is not a response to one question"
        }
    }
}
