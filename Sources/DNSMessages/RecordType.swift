/// The type of a resource record or question (RFC 1035, section 3.2.2, and IANA's registry of DNS parameters).
package struct RecordType: RawRepresentable, Sendable, Hashable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let a = RecordType(rawValue: 1)
    package static let ns = RecordType(rawValue: 2)
    package static let cname = RecordType(rawValue: 5)
    package static let soa = RecordType(rawValue: 6)
    package static let ptr = RecordType(rawValue: 12)
    package static let mx = RecordType(rawValue: 15)
    package static let txt = RecordType(rawValue: 16)
    package static let aaaa = RecordType(rawValue: 28)
    package static let srv = RecordType(rawValue: 33)
    package static let dname = RecordType(rawValue: 39)
    package static let opt = RecordType(rawValue: 41)
    package static let ds = RecordType(rawValue: 43)
    package static let rrsig = RecordType(rawValue: 46)
    package static let nsec = RecordType(rawValue: 47)
    package static let dnskey = RecordType(rawValue: 48)
    package static let https = RecordType(rawValue: 65)
    package static let ixfr = RecordType(rawValue: 251)
    package static let axfr = RecordType(rawValue: 252)
    package static let any = RecordType(rawValue: 255)

    private static let names: [UInt16: String] = [
        1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 13: "HINFO", 15: "MX", 16: "TXT", 28: "AAAA", 29: "LOC",
        33: "SRV", 35: "NAPTR", 39: "DNAME", 41: "OPT", 43: "DS", 44: "SSHFP", 46: "RRSIG", 47: "NSEC", 48: "DNSKEY",
        50: "NSEC3", 52: "TLSA", 64: "SVCB", 65: "HTTPS", 249: "TKEY", 250: "TSIG", 251: "IXFR", 252: "AXFR",
        255: "ANY", 257: "CAA",
    ]
}

extension RecordType: LosslessStringConvertible {
    /// Reads a mnemonic such as `AAAA`, or `TYPE123` (RFC 3597).
    package init?(_ description: String) {
        if let number = Self.names.first(where: { $0.value == description })?.key {
            self.init(rawValue: number)
        } else if description.hasPrefix("TYPE"), let number = UInt16(description.dropFirst(4)) {
            self.init(rawValue: number)
        } else {
            return nil
        }
    }

    package var description: String { Self.names[rawValue] ?? "TYPE\(rawValue)" }
}

/// The class of a resource record or question.
package enum RecordClass {
    package static let internet: UInt16 = 1
    package static let chaos: UInt16 = 3
    package static let any: UInt16 = 255
}
