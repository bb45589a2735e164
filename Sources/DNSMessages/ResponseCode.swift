/// The result in a response (RFC 1035, section 4.1.1; RFC 6891 for extended codes).
package struct ResponseCode: RawRepresentable, Sendable, Hashable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let noError = ResponseCode(rawValue: 0)
    package static let formatError = ResponseCode(rawValue: 1)
    package static let serverFailure = ResponseCode(rawValue: 2)
    /// NXDOMAIN
    package static let nameError = ResponseCode(rawValue: 3)
    package static let notImplemented = ResponseCode(rawValue: 4)
    package static let refused = ResponseCode(rawValue: 5)
    /// BADVERS: the query's EDNS version is unknown.
    package static let badVersion = ResponseCode(rawValue: 16)
}

extension ResponseCode: CustomStringConvertible {
    /// The mnemonic that tools and metrics use, such as `NXDOMAIN`.
    package var description: String {
        switch rawValue {
        case 0: "NOERROR"
        case 1: "FORMERR"
        case 2: "SERVFAIL"
        case 3: "NXDOMAIN"
        case 4: "NOTIMP"
        case 5: "REFUSED"
        case 9: "NOTAUTH"
        case 16: "BADVERS"
        default: "RCODE\(rawValue)"
        }
    }
}

/// The bits of a message's third and fourth byte (RFC 1035, section 4.1.1; RFC 4035 for AD and CD).
package struct MessageFlags: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let response = MessageFlags(rawValue: 0x8000)
    package static let authoritative = MessageFlags(rawValue: 0x0400)
    package static let truncated = MessageFlags(rawValue: 0x0200)
    package static let recursionDesired = MessageFlags(rawValue: 0x0100)
    package static let recursionAvailable = MessageFlags(rawValue: 0x0080)
    package static let authenticData = MessageFlags(rawValue: 0x0020)
    package static let checkingDisabled = MessageFlags(rawValue: 0x0010)

    /// The operation code: 0 for a query.
    package var operation: UInt8 { UInt8(rawValue >> 11 & 0xF) }
    /// The lower four bits of the response code.
    package var responseCode: ResponseCode { ResponseCode(rawValue: rawValue & 0xF) }

    /// Flags with the given operation and lower four bits of the response code.
    package init(_ flags: MessageFlags, operation: UInt8 = 0, code: ResponseCode = .noError) {
        self.init(rawValue: flags.rawValue & 0x87F0 | UInt16(operation & 0xF) << 11 | code.rawValue & 0xF)
    }
}
