import CLinux
package import InternetAddresses
import Netlink

/// An address of a network interface.
package struct InterfaceAddress: Sendable, Hashable {
    package var address: IPAddress
    /// The prefix length of the address's network, in bits.
    package var prefixLength: UInt8
    /// The interface.
    package var linkIndex: UInt32
    /// Whether connections can use it: duplicate address detection has neither failed nor is still running.
    package var isUsable: Bool

    package init(address: IPAddress, prefixLength: UInt8, linkIndex: UInt32, isUsable: Bool = true) {
        self.address = address
        self.prefixLength = prefixLength
        self.linkIndex = linkIndex
        self.isUsable = isUsable
    }

    /// Reads the payload of `RTM_NEWADDR` or `RTM_DELADDR`, <linux/if_addr.h>; `nil` for families other
    /// than IPv4 and IPv6.
    init?(_ payload: borrowing RawSpan) throws(NetlinkError) {
        let header = MemoryLayout<ifaddrmsg>.size
        guard payload.byteCount >= header else { throw .malformed("address") }
        let family = Int32(payload.integer(at: 0, as: UInt8.self))
        guard family == AF_INET || family == AF_INET6 else { return nil }
        var flags = UInt32(payload.integer(at: 2, as: UInt8.self))
        var local: IPAddress?
        var peer: IPAddress?
        try AttributeReader.forEach(in: payload.extracting(header..<payload.byteCount)) { type, value in
            switch type {
            // On a point-to-point link IFA_ADDRESS is the address of the other end.
            case UInt32(IFA_LOCAL): local = value.withUnsafeBytes { IPAddress(networkBytes: $0) }
            case UInt32(IFA_ADDRESS): peer = value.withUnsafeBytes { IPAddress(networkBytes: $0) }
            case UInt32(IFA_FLAGS): flags = value.integer(as: UInt32.self)
            default: break
            }
        }
        guard let address = local ?? peer else { return nil }
        // An optimistic address is also tentative, but usable.
        let isWaiting = flags & UInt32(IFA_F_TENTATIVE | IFA_F_OPTIMISTIC) == UInt32(IFA_F_TENTATIVE)
        self.init(
            address: address, prefixLength: payload.integer(at: 1, as: UInt8.self),
            linkIndex: payload.integer(at: 4, as: UInt32.self),
            isUsable: !isWaiting && flags & UInt32(IFA_F_DADFAILED) == 0)
    }
}
