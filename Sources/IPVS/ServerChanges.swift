import CLinux
import InternetAddresses
import Netlink

/// Changes to virtual and real servers, one message each.
package struct ServerChanges: ~Copyable {
    var requests = RequestBatch()
    /// The message type of the family `IPVS`, assigned by the kernel.
    private let family: UInt16

    package init(family: UInt16) {
        self.family = family
    }

    package var count: Int { requests.count }
    package var isEmpty: Bool { requests.isEmpty }
    package var bytes: [UInt8] { requests.bytes }

    /// `ipvsadm --add-service --tcp-service 10.96.0.1:443 --scheduler rr`; refused with EEXIST if it exists, and with
    /// ENOENT if the kernel lacks the scheduler.
    package mutating func add(_ server: VirtualServer) { add(IPVS_CMD_NEW_SERVICE) { $0.write(server) } }

    /// `ipvsadm --edit-service --tcp-service 10.96.0.1:443 --scheduler wlc`; connections continue.
    package mutating func update(_ server: VirtualServer) { add(IPVS_CMD_SET_SERVICE) { $0.write(server) } }

    /// `ipvsadm --delete-service --tcp-service 10.96.0.1:443`, with its real servers; refused with ESRCH if
    /// it does not exist.
    package mutating func remove(_ server: VirtualServer.Key) { add(IPVS_CMD_DEL_SERVICE) { $0.write(server) } }

    /// `ipvsadm --add-server --tcp-service 10.96.0.1:443 --real-server 10.244.0.5:6443 --masquerading --weight 1`;
    /// refused with EEXIST if it exists.
    package mutating func add(_ real: RealServer, to server: VirtualServer.Key) {
        add(IPVS_CMD_NEW_DEST) { writer in
            writer.write(server)
            writer.write(real)
        }
    }

    /// `ipvsadm --edit-server --tcp-service 10.96.0.1:443 --real-server 10.244.0.5:6443 --masquerading --weight 0`
    package mutating func update(_ real: RealServer, of server: VirtualServer.Key) {
        add(IPVS_CMD_SET_DEST) { writer in
            writer.write(server)
            writer.write(real)
        }
    }

    /// `ipvsadm --delete-server --tcp-service 10.96.0.1:443 --real-server 10.244.0.5:6443`; refused with ENOENT if it
    /// does not exist. The setting `net.ipv4.vs.expire_nodest_conn` decides what happens to its connections.
    package mutating func remove(_ real: RealServer.Key, from server: VirtualServer.Key) {
        add(IPVS_CMD_DEL_DEST) { writer in
            writer.write(server)
            writer.nested(UInt32(IPVS_CMD_ATTR_DEST)) { $0.write(identityOf: real) }
        }
    }

    /// `ipvsadm --set 900 120 300`
    package mutating func set(_ timeouts: ConnectionTimeouts) {
        add(IPVS_CMD_SET_CONFIG) { writer in
            let values: [(Int, UInt32)] = [
                (IPVS_CMD_ATTR_TIMEOUT_TCP, timeouts.tcp), (IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, timeouts.tcpFin),
                (IPVS_CMD_ATTR_TIMEOUT_UDP, timeouts.udp),
            ]
            for (type, seconds) in values where seconds > 0 { writer.attribute(UInt32(type), host: seconds) }
        }
    }

    private mutating func add(_ command: Int, _ body: (inout MessageWriter) -> Void) {
        requests.add(type: family) { writer in
            writer.genericHeader(command: UInt8(command), version: UInt8(IPVS_GENL_VERSION))
            body(&writer)
        }
    }
}

extension MessageWriter {
    /// `IPVS_CMD_ATTR_SERVICE` with all attributes of a virtual server.
    fileprivate mutating func write(_ server: VirtualServer) {
        nested(UInt32(IPVS_CMD_ATTR_SERVICE)) { writer in
            writer.write(identityOf: server.key)
            writer.attribute(UInt32(IPVS_SVC_ATTR_SCHED_NAME), string: server.scheduler.name)
            writer.attribute(UInt32(IPVS_SVC_ATTR_FLAGS)) { writer in
                // struct ip_vs_flags: the values, and a mask of those to set
                let persistent = UInt32(IP_VS_SVC_F_PERSISTENT)
                writer.append(server.scheduler.flags.rawValue | (server.persistence == nil ? 0 : persistent))
                writer.append(Scheduler.Flags.all.rawValue | persistent)
            }
            writer.attribute(UInt32(IPVS_SVC_ATTR_TIMEOUT), host: server.persistence ?? 0)
            writer.write(persistencePrefix: server.persistencePrefix, family: server.key.address.family)
        }
    }

    /// `IPVS_CMD_ATTR_SERVICE` with what identifies a virtual server.
    mutating func write(_ server: VirtualServer.Key) {
        nested(UInt32(IPVS_CMD_ATTR_SERVICE)) { $0.write(identityOf: server) }
    }

    private mutating func write(identityOf server: VirtualServer.Key) {
        attribute(
            UInt32(IPVS_SVC_ATTR_AF), host: UInt16(server.address.family == .ipv4 ? AF_INET : AF_INET6))
        attribute(UInt32(IPVS_SVC_ATTR_PROTOCOL), host: UInt16(server.transport.rawValue))
        attribute(UInt32(IPVS_SVC_ATTR_ADDR)) { $0.append(unionOf: server.address) }
        attribute(UInt32(IPVS_SVC_ATTR_PORT), bigEndian: server.port)
    }

    /// A mask for IPv4, a number of bits for IPv6.
    private mutating func write(persistencePrefix prefix: UInt8, family: IPFamily) {
        let type = UInt32(IPVS_SVC_ATTR_NETMASK)
        switch family {
        case .ipv4: attribute(type, bigEndian: prefix == 0 ? 0 : UInt32.max << (32 - UInt32(min(prefix, 32))))
        case .ipv6: attribute(type, host: UInt32(prefix))
        }
    }

    /// `IPVS_CMD_ATTR_DEST` with all attributes of a real server.
    fileprivate mutating func write(_ real: RealServer) {
        nested(UInt32(IPVS_CMD_ATTR_DEST)) { writer in
            writer.write(identityOf: real.key)
            writer.attribute(UInt32(IPVS_DEST_ATTR_FWD_METHOD), host: UInt32(IP_VS_CONN_F_MASQ))
            writer.attribute(UInt32(IPVS_DEST_ATTR_WEIGHT), host: real.weight)
            // No limit on the number of connections.
            writer.attribute(UInt32(IPVS_DEST_ATTR_U_THRESH), host: UInt32(0))
            writer.attribute(UInt32(IPVS_DEST_ATTR_L_THRESH), host: UInt32(0))
        }
    }

    fileprivate mutating func write(identityOf real: RealServer.Key) {
        attribute(UInt32(IPVS_DEST_ATTR_ADDR)) { $0.append(unionOf: real.address) }
        attribute(UInt32(IPVS_DEST_ATTR_PORT), bigEndian: real.port)
        attribute(
            UInt32(IPVS_DEST_ATTR_ADDR_FAMILY), host: UInt16(real.address.family == .ipv4 ? AF_INET : AF_INET6))
    }

    /// `union nf_inet_addr`: sixteen bytes, of which an IPv4 address takes the first four.
    private mutating func append(unionOf address: IPAddress) {
        let bytes = address.networkBytes
        append(contentsOf: bytes)
        append(contentsOf: [UInt8](repeating: 0, count: 16 - bytes.count))
    }
}
