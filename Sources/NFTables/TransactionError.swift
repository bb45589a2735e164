import CLinux
package import InternetAddresses
package import Netlink

/// The messages of a transaction that the kernel refused. None of the transaction has taken effect.
package struct TransactionError: Error, Sendable, CustomStringConvertible {
    package var refusals: [Refusal]

    package var description: String {
        guard let first = refusals.first else { return "refused" }
        return refusals.count == 1 ? first.description : "\(first) (and \(refusals.count - 1) more)"
    }

    /// Whether the same transaction may succeed if it is sent again.
    package var isTransient: Bool { refusals.allSatisfy(\.error.isTransient) }
}

/// One refused message of a transaction.
package struct Refusal: Sendable, CustomStringConvertible {
    package var error: NetlinkError
    /// The set and the key of the element that the kernel points at; `nil` if it points at something else.
    package var element: RefusedElement?

    package var description: String {
        guard let element else { return error.description }
        return "element of \(element.set): \(error)"
    }

    init(error: NetlinkError) {
        self.error = error
    }

    /// Finds the part of the batch that a sequence number and offset from the kernel point at.
    init(error: NetlinkError, in batch: [UInt8]) {
        self.error = error
        guard let sequence = error.sequence, let offset = error.offset else { return }
        do throws(NetlinkError) {
            element = try RefusedElement.find(in: batch, sequence: sequence, offset: Int(offset))
        } catch {
            // We wrote the batch ourselves; a fault in it must not hide the kernel's message.
            self.error.kernelMessage += " [\(error)]"
        }
    }
}

/// The refused element, as it is in the batch.
package struct RefusedElement: Sendable, Hashable {
    package var family: IPFamily
    package var set: String
    package var key: [UInt8]

    static func find(in batch: [UInt8], sequence: UInt32, offset: Int) throws(NetlinkError) -> RefusedElement? {
        var position = 0
        let bytes = batch.span.bytes
        while position + 20 <= batch.count {
            let length = Int(bytes.integer(at: position, as: UInt32.self))
            guard length >= 20, position + length <= batch.count else { throw .malformed("batch") }
            if bytes.integer(at: position + 8, as: UInt32.self) == sequence {
                return try element(in: bytes.extracting(position..<position + length), at: offset)
            }
            position += (length + 3) & ~3
        }
        return nil
    }

    /// Descends from the message into the element around `offset`.
    private static func element(in message: borrowing RawSpan, at offset: Int) throws(NetlinkError) -> RefusedElement? {
        var set = ""
        var key: [UInt8]?
        var position = 20
        try AttributeReader.forEach(in: message.extracting(20..<message.byteCount)) {
            (type, value) throws(NetlinkError) in
            if type == NFTA_SET_ELEM_LIST_SET.rawValue { set = value.string }
            if type == NFTA_SET_ELEM_LIST_ELEMENTS.rawValue {
                var start = position + 4
                try AttributeReader.forEach(in: value) { (_, element) throws(NetlinkError) in
                    if (start..<start + 4 + element.byteCount).contains(offset) {
                        key = try Attributes(element).value(NFTA_SET_ELEM_KEY)
                    }
                    start += 4 + (element.byteCount + 3) & ~3
                }
            }
            position += 4 + (value.byteCount + 3) & ~3
        }
        let family: IPFamily = message.integer(at: 16, as: UInt8.self) == UInt8(NFPROTO_IPV6) ? .ipv6 : .ipv4
        return key.map { RefusedElement(family: family, set: set, key: $0) }
    }
}
