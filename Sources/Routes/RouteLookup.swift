import CLinux
import Glibc
package import InternetAddresses
package import Netlink

/// How the kernel would send a packet to an address.
package struct ResolvedRoute: Sendable, Hashable {
    package var linkIndex: UInt32
    /// `nil` if the address is on the link.
    package var gateway: IPAddress?
    /// The prefix length of the chosen route; `nil` if the kernel does not report it.
    package var prefixLength: Int?
    /// The route's own MTU; `nil` if the link's MTU applies.
    package var mtu: Int?
    /// Whether the address is this machine's own.
    package var isLocal: Bool
}

extension RoutesConnection {
    /// The route to `address`. `ip route get ADDRESS`, and `ip route get fibmatch ADDRESS`
    ///
    /// Throws the kernel's refusal if there is none: ENETUNREACH, EHOSTUNREACH, EACCES …
    package mutating func route(to address: IPAddress) throws(NetlinkError) -> ResolvedRoute {
        guard var route = try lookUp(address, flags: 0) else {
            throw NetlinkError(operation: "get a route", errno: ENETUNREACH)
        }
        do throws(NetlinkError) {
            // Kernels before 4.13 do not know the flag, and local addresses have no such entry.
            route.prefixLength = try lookUp(address, flags: UInt32(RTM_F_FIB_MATCH))?.prefixLength
        } catch {
            route.prefixLength = nil
        }
        return route
    }

    private mutating func lookUp(_ address: IPAddress, flags: UInt32) throws(NetlinkError) -> ResolvedRoute? {
        let bits = UInt8(address.family.addressBits)
        return try ask(RTM_GETROUTE, answer: RTM_NEWROUTE) { writer in
            // struct rtmsg
            writer.append(contentsOf: [address.family.number, bits, 0, 0, 0, 0, 0, 0])
            writer.append(flags)
            writer.attribute(RTA_DST.rawValue, bytes: address.networkBytes)
        } read: { payload throws(NetlinkError) in
            try ResolvedRoute(payload)
        }.first
    }

    /// The link with this number.
    package mutating func details(ofLink index: UInt32) throws(NetlinkError) -> LinkDetails? {
        try ask(RTM_GETLINK, answer: RTM_NEWLINK) { writer in
            // struct ifinfomsg
            writer.append(contentsOf: [0, 0, 0, 0])
            writer.append(index)
            writer.append(contentsOf: [UInt8](repeating: 0, count: 8))
        } read: { payload throws(NetlinkError) in
            try LinkDetails(payload)
        }.first
    }

    /// The neighbours that failed to answer, by address. `ip neighbour show nud failed`
    package mutating func silentNeighbours() throws(NetlinkError) -> Set<IPAddress> {
        let states = UInt16(NUD_FAILED)
        let header = 12
        let found = try ask(RTM_GETNEIGH, answer: RTM_NEWNEIGH, flags: NLM_F_DUMP) { writer in
            writer.append(contentsOf: [UInt8](repeating: 0, count: header))
        } read: { payload throws(NetlinkError) -> IPAddress? in
            guard payload.byteCount >= header, payload.integer(at: 8, as: UInt16.self) & states != 0 else { return nil }
            var address: IPAddress?
            try AttributeReader.forEach(in: payload.extracting(header..<payload.byteCount)) { type, value in
                if type == UInt32(NDA_DST) { address = IPAddress(networkBytes: value.bytes) }
            }
            return address
        }
        return Set(found)
    }
}

/// What a diagnosis needs to know about a link.
package struct LinkDetails: Sendable, Hashable {
    package var index: UInt32
    package var name: String
    package var mtu: Int
    /// `bridge`, `veth` …; empty for hardware.
    package var kind: String

    /// Reads the payload of `RTM_NEWLINK`, <linux/if_link.h>.
    init(_ payload: borrowing RawSpan) throws(NetlinkError) {
        let link = try Link(payload)
        (index, name, kind) = (link.index, link.name, link.kind)
        var mtu: UInt32 = 0
        try AttributeReader.forEach(in: payload.extracting(MemoryLayout<ifinfomsg>.size..<payload.byteCount)) {
            type, value in
            if type == UInt32(IFLA_MTU) { mtu = value.integer(as: UInt32.self) }
        }
        self.mtu = Int(mtu)
    }
}

extension ResolvedRoute {
    /// Reads the payload of `RTM_NEWROUTE`, <linux/rtnetlink.h>.
    init(_ payload: borrowing RawSpan) throws(NetlinkError) {
        let header = MemoryLayout<rtmsg>.size
        guard payload.byteCount >= header else { throw .malformed("route") }
        let type = payload.integer(at: 7, as: UInt8.self)
        var route = ResolvedRoute(
            linkIndex: 0, prefixLength: Int(payload.integer(at: 1, as: UInt8.self)),
            isLocal: type == UInt8(RTN_LOCAL))
        try AttributeReader.forEach(in: payload.extracting(header..<payload.byteCount)) {
            (type, value) throws(NetlinkError) in
            switch type {
            case RTA_OIF.rawValue: route.linkIndex = value.integer(as: UInt32.self)
            case RTA_GATEWAY.rawValue: route.gateway = IPAddress(networkBytes: value.bytes)
            case RTA_METRICS.rawValue:
                try AttributeReader.forEach(in: value) { type, value in
                    if type == UInt32(RTAX_MTU) { route.mtu = Int(value.integer(as: UInt32.self)) }
                }
            default: break
            }
        }
        self = route
    }
}

extension IPFamily {
    fileprivate var number: UInt8 { UInt8(self == .ipv4 ? AF_INET : AF_INET6) }
}
