import CLinux
import InternetAddresses
import Netlink

/// The wire format of servers in the kernel's answers, <linux/ip_vs.h>.
extension VirtualServer {
    /// Reads `IPVS_CMD_ATTR_SERVICE`; `nil` for one identified by a firewall mark, or of another protocol.
    init?(_ attributes: borrowing RawSpan) throws(NetlinkError) {
        var family: UInt16 = 0
        var transport: TransportProtocol?
        var address: [UInt8] = []
        var port: UInt16 = 0
        var scheduler = Scheduler("")
        var flags: UInt32 = 0
        var timeout: UInt32 = 0
        var mask: [UInt8] = []
        try AttributeReader.forEach(in: attributes) { type, value in
            switch type {
            case UInt32(IPVS_SVC_ATTR_AF): family = value.integer(as: UInt16.self)
            case UInt32(IPVS_SVC_ATTR_PROTOCOL):
                transport = TransportProtocol(rawValue: UInt8(truncatingIfNeeded: value.integer(as: UInt16.self)))
            case UInt32(IPVS_SVC_ATTR_ADDR): address = value.bytes
            case UInt32(IPVS_SVC_ATTR_PORT): port = value.bigEndian(as: UInt16.self)
            case UInt32(IPVS_SVC_ATTR_SCHED_NAME): scheduler.name = value.string
            case UInt32(IPVS_SVC_ATTR_FLAGS): flags = value.integer(as: UInt32.self)
            case UInt32(IPVS_SVC_ATTR_TIMEOUT): timeout = value.integer(as: UInt32.self)
            case UInt32(IPVS_SVC_ATTR_NETMASK): mask = value.bytes
            default: break
            }
        }
        guard let transport, let address = IPAddress(unionBytes: address, family: family) else { return nil }
        scheduler.flags = Scheduler.Flags(rawValue: flags).intersection(.all)
        self.init(
            key: Key(transport: transport, address: address, port: port), scheduler: scheduler,
            persistence: flags & UInt32(IP_VS_SVC_F_PERSISTENT) == 0 ? nil : timeout,
            persistencePrefix: Self.prefix(mask, address.family))
    }

    private static func prefix(_ mask: [UInt8], _ family: IPFamily) -> UInt8 {
        guard mask.count == 4 else { return 0 }
        return family == .ipv4
            ? UInt8(mask.reduce(0) { $0 + $1.nonzeroBitCount })
            : UInt8(truncatingIfNeeded: mask.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
    }
}

extension RealServerStatus {
    /// Reads `IPVS_CMD_ATTR_DEST`; `nil` for an address of a family other than IPv4 and IPv6.
    init?(_ attributes: borrowing RawSpan, defaultFamily: IPFamily) throws(NetlinkError) {
        var family = UInt16(defaultFamily == .ipv4 ? AF_INET : AF_INET6)
        var address: [UInt8] = []
        var port: UInt16 = 0
        var weight: UInt32 = 0
        var method: UInt32 = 0
        var active: UInt32 = 0
        var inactive: UInt32 = 0
        try AttributeReader.forEach(in: attributes) { type, value in
            switch type {
            case UInt32(IPVS_DEST_ATTR_ADDR_FAMILY): family = value.integer(as: UInt16.self)
            case UInt32(IPVS_DEST_ATTR_ADDR): address = value.bytes
            case UInt32(IPVS_DEST_ATTR_PORT): port = value.bigEndian(as: UInt16.self)
            case UInt32(IPVS_DEST_ATTR_WEIGHT): weight = value.integer(as: UInt32.self)
            case UInt32(IPVS_DEST_ATTR_FWD_METHOD): method = value.integer(as: UInt32.self)
            case UInt32(IPVS_DEST_ATTR_ACTIVE_CONNS): active = value.integer(as: UInt32.self)
            case UInt32(IPVS_DEST_ATTR_INACT_CONNS): inactive = value.integer(as: UInt32.self)
            default: break
            }
        }
        guard let address = IPAddress(unionBytes: address, family: family) else { return nil }
        self.init(
            server: RealServer(key: RealServer.Key(address: address, port: port), weight: weight),
            activeConnections: active, inactiveConnections: inactive,
            isMasquerading: method & UInt32(IP_VS_CONN_F_FWD_MASK) == UInt32(IP_VS_CONN_F_MASQ))
    }
}

extension IPAddress {
    /// Reads `union nf_inet_addr`.
    fileprivate init?(unionBytes bytes: [UInt8], family: UInt16) {
        switch Int32(family) {
        case AF_INET where bytes.count >= 4: self.init(networkBytes: bytes.prefix(4))
        case AF_INET6 where bytes.count >= 16: self.init(networkBytes: bytes.prefix(16))
        default: return nil
        }
    }
}
