import CLinux
import Netlink

/// A network interface.
package struct Link: Sendable, Hashable {
    /// Its number, which addresses refer to.
    package var index: UInt32
    /// Its name, such as `eth0`.
    package var name: String
    /// The kind of a virtual interface, such as `dummy`; empty for others.
    package var kind: String

    package init(index: UInt32, name: String, kind: String = "") {
        self.index = index
        self.name = name
        self.kind = kind
    }

    /// Reads the payload of `RTM_NEWLINK` or `RTM_DELLINK`, <linux/if_link.h>.
    init(_ payload: borrowing RawSpan) throws(NetlinkError) {
        let header = MemoryLayout<ifinfomsg>.size
        guard payload.byteCount >= header else { throw .malformed("link") }
        var link = Link(index: payload.integer(at: 4, as: UInt32.self), name: "")
        try AttributeReader.forEach(in: payload.extracting(header..<payload.byteCount)) {
            (type, value) throws(NetlinkError) in
            switch type {
            case UInt32(IFLA_IFNAME): link.name = value.string
            case UInt32(IFLA_LINKINFO):
                try AttributeReader.forEach(in: value) { type, value in
                    if type == UInt32(IFLA_INFO_KIND) { link.kind = value.string }
                }
            default: break
            }
        }
        self = link
    }
}
