import CLinux
package import InternetAddresses
package import Netlink

/// A route of type `local`: packets to the address are delivered to this machine, although no interface has it.
package struct LocalRoute: Sendable, Hashable {
    package var address: IPAddress
    /// The interface, most often the loopback one.
    package var linkIndex: UInt32
    /// Who made the route (`rtm_protocol`, <linux/rtnetlink.h>): a number above 4 that distinguishes our
    /// routes from others'.
    package var origin: UInt8

    package init(address: IPAddress, linkIndex: UInt32, origin: UInt8) {
        self.address = address
        self.linkIndex = linkIndex
        self.origin = origin
    }

    /// Reads the payload of `RTM_NEWROUTE`; `nil` for a route of another kind.
    init?(_ payload: borrowing RawSpan) throws(NetlinkError) {
        let header = MemoryLayout<rtmsg>.size
        guard payload.byteCount >= header else { throw .malformed("route") }
        let family: IPFamily? =
            switch Int32(payload.integer(at: 0, as: UInt8.self)) {
            case AF_INET: .ipv4
            case AF_INET6: .ipv6
            default: nil
            }
        guard let family, Int(payload.integer(at: 1, as: UInt8.self)) == family.addressBits,
            UInt32(payload.integer(at: 7, as: UInt8.self)) == UInt32(RTN_LOCAL)
        else { return nil }
        var destination: IPAddress?
        var link: UInt32 = 0
        try AttributeReader.forEach(in: payload.extracting(header..<payload.byteCount)) { type, value in
            switch type {
            case UInt32(RTA_DST.rawValue): destination = value.withUnsafeBytes { IPAddress(networkBytes: $0) }
            case UInt32(RTA_OIF.rawValue): link = value.integer(as: UInt32.self)
            default: break
            }
        }
        guard let destination else { return nil }
        self.init(address: destination, linkIndex: link, origin: payload.integer(at: 5, as: UInt8.self))
    }
}

extension RouteChanges {
    /// `ip route add local 10.96.0.5/32 dev lo proto 115 table local`; refused with EEXIST if there is one.
    package mutating func add(_ route: LocalRoute) {
        change(UInt16(RTM_NEWROUTE), NLM_F_CREATE | NLM_F_EXCL, route)
    }

    /// `ip route delete local 10.96.0.5/32 dev lo proto 115 table local`; refused with ESRCH if there is none.
    package mutating func remove(_ route: LocalRoute) {
        change(UInt16(RTM_DELROUTE), 0, route)
    }

    private mutating func change(_ type: UInt16, _ flags: Int32, _ route: LocalRoute) {
        let family = route.address.family
        requests.add(type: type, flags: flags) { writer in
            // struct rtmsg
            writer.append(UInt8(family == .ipv4 ? AF_INET : AF_INET6))
            writer.append(UInt8(family.addressBits))
            writer.append(UInt8(0))
            writer.append(UInt8(0))
            writer.append(UInt8(RT_TABLE_LOCAL.rawValue))
            writer.append(route.origin)
            writer.append(UInt8(RT_SCOPE_HOST.rawValue))
            writer.append(UInt8(RTN_LOCAL))
            writer.append(UInt32(0))
            writer.attribute(UInt32(RTA_DST.rawValue), bytes: route.address.networkBytes)
            writer.attribute(UInt32(RTA_OIF.rawValue), bytes: withUnsafeBytes(of: route.linkIndex) { [UInt8]($0) })
        }
    }
}

extension RoutesConnection {
    /// The local routes to single addresses with this protocol number. `ip route show table local type local proto 115`
    package mutating func localRoutes(madeBy origin: UInt8) throws(NetlinkError) -> [LocalRoute] {
        try dump(RTM_GETROUTE, header: MemoryLayout<rtmsg>.size, answer: RTM_NEWROUTE) {
            payload throws(NetlinkError) in try LocalRoute(payload)
        }.filter { $0.origin == origin }
    }
}
