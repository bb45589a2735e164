import CLinux
import InternetAddresses
import Netlink

/// Changes to sets. Each message takes effect, or is refused, on its own.
package struct SetChanges: ~Copyable {
    var requests = RequestBatch()

    package init() {}

    package var count: Int { requests.count }
    package var isEmpty: Bool { requests.isEmpty }
    package var bytes: [UInt8] { requests.bytes }

    /// `ipset create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536`; refused with EEXIST if
    /// there is a set of this name. `revision` is the kernel's revision of this kind.
    package mutating func create(_ set: SetHeader, revision: UInt8) {
        message(IPSET_CMD_CREATE, flags: NLM_F_CREATE | NLM_F_EXCL) { writer in
            writer.attribute(UInt32(IPSET_ATTR_SETNAME), string: set.name)
            writer.attribute(UInt32(IPSET_ATTR_TYPENAME), string: set.kind.rawValue)
            writer.attribute(UInt32(IPSET_ATTR_REVISION), revision)
            let family = set.family == .ipv4 ? AF_INET : AF_INET6
            writer.attribute(UInt32(IPSET_ATTR_FAMILY), UInt8(set.kind.hasFamily ? family : AF_UNSPEC))
            writer.nested(UInt32(IPSET_ATTR_DATA)) { writer in
                if set.kind.isHash {
                    writer.netOrder(IPSET_ATTR_HASHSIZE, Self.hashSize)
                    writer.netOrder(IPSET_ATTR_MAXELEM, set.maximum)
                } else {
                    writer.netOrder(IPSET_ATTR_PORT_FROM, UInt16.min)
                    writer.netOrder(IPSET_ATTR_PORT_TO, UInt16.max)
                }
            }
        }
    }

    /// The initial size of the hash table, which grows by itself.
    private static let hashSize: UInt32 = 1024

    /// `ipset destroy KUBE-CLUSTER-IP`; refused with `IPSET_ERR_BUSY` while a rule refers to it.
    package mutating func destroy(_ name: String) {
        message(IPSET_CMD_DESTROY) { $0.attribute(UInt32(IPSET_ATTR_SETNAME), string: name) }
    }

    /// `ipset flush KUBE-CLUSTER-IP`
    package mutating func flush(_ name: String) {
        message(IPSET_CMD_FLUSH) { $0.attribute(UInt32(IPSET_ATTR_SETNAME), string: name) }
    }

    /// `ipset swap KUBE-CLUSTER-IP KUBE-CLUSTER-IP-new`: rules that refer to one now see the other's entries.
    package mutating func swap(_ name: String, _ other: String) {
        message(IPSET_CMD_SWAP) { writer in
            writer.attribute(UInt32(IPSET_ATTR_SETNAME), string: name)
            writer.attribute(UInt32(IPSET_ATTR_SETNAME2), string: other)
        }
    }

    /// `ipset add KUBE-CLUSTER-IP 10.96.0.1,tcp:443 -exist`, many at once. A refused message has added the entries
    /// before the one at fault.
    package mutating func add(_ entries: some Collection<SetEntry>, to set: String) {
        change(IPSET_CMD_ADD, entries, set)
    }

    /// `ipset del KUBE-CLUSTER-IP 10.96.0.1,tcp:443 -exist`, many at once.
    package mutating func remove(_ entries: some Collection<SetEntry>, from set: String) {
        change(IPSET_CMD_DEL, entries, set)
    }

    /// When the kernel refuses an entry, it returns the whole message; two such answers fit the receive buffer.
    private static let bytesInMessage = 24_000
    /// No entry is longer: two IPv6 addresses, a port, and attributes around them.
    private static let longestEntry = 96

    private mutating func change(_ command: ipset_cmd, _ entries: some Collection<SetEntry>, _ set: String) {
        var rest = Array(entries)[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.bytesInMessage / Self.longestEntry)
            rest = rest.dropFirst(part.count)
            message(command) { writer in
                writer.attribute(UInt32(IPSET_ATTR_SETNAME), string: set)
                if part.count == 1 {
                    for entry in part { writer.write(entry, line: nil) }
                    return
                }
                // The kernel requires a line number, for error messages about a file.
                writer.attribute(UInt32(IPSET_ATTR_LINENO), host: UInt32(0))
                writer.nested(UInt32(IPSET_ATTR_ADT)) { writer in
                    for (line, entry) in part.enumerated() { writer.write(entry, line: UInt32(line)) }
                }
            }
        }
    }

    private mutating func message(_ command: ipset_cmd, flags: Int32 = 0, _ body: (inout MessageWriter) -> Void) {
        requests.add(type: UInt16(NFNL_SUBSYS_IPSET) << 8 | UInt16(command.rawValue), flags: flags) { writer in
            writer.setMessageStart()
            body(&writer)
        }
    }
}

extension MessageWriter {
    /// `struct nfgenmsg` and the protocol version, the start of all messages about sets.
    mutating func setMessageStart() {
        netfilterHeader(family: UInt8(AF_INET))
        attribute(UInt32(IPSET_ATTR_PROTOCOL), UInt8(IPSET_PROTOCOL))
    }

    /// `IPSET_ATTR_DATA` with an entry.
    fileprivate mutating func write(_ entry: SetEntry, line: UInt32?) {
        nested(UInt32(IPSET_ATTR_DATA)) { writer in
            switch entry {
            case .address(let address): writer.write(address, IPSET_ATTR_IP)
            case .addressPort(let address, let transport, let port):
                writer.write(address, transport, port)
            case .addressPortAddress(let address, let transport, let port, let other):
                writer.write(address, transport, port)
                writer.write(other, IPSET_ATTR_IP2)
            case .addressPortNetwork(let address, let transport, let port, let network):
                writer.write(address, transport, port)
                writer.write(network.address, IPSET_ATTR_IP2)
                writer.attribute(UInt32(IPSET_ATTR_CIDR2), UInt8(network.prefixLength))
            case .port(let port): writer.netOrder(IPSET_ATTR_PORT, port)
            }
            if let line { writer.attribute(UInt32(IPSET_ATTR_LINENO), host: line) }
        }
    }

    private mutating func write(_ address: IPAddress, _ transport: TransportProtocol, _ port: UInt16) {
        write(address, IPSET_ATTR_IP)
        netOrder(IPSET_ATTR_PORT, port)
        attribute(UInt32(IPSET_ATTR_PROTO), transport.rawValue)
    }

    private mutating func write(_ address: IPAddress, _ type: Int) {
        nested(UInt32(type)) { writer in
            let kind = address.family == .ipv4 ? IPSET_ATTR_IPADDR_IPV4 : IPSET_ATTR_IPADDR_IPV6
            writer.attribute(UInt32(kind) | UInt32(NLA_F_NET_BYTEORDER), bytes: address.networkBytes)
        }
    }

    /// A number in network order, which the attribute's type must also state.
    fileprivate mutating func netOrder(_ type: Int, _ value: UInt16) {
        attribute(UInt32(type) | UInt32(NLA_F_NET_BYTEORDER), bigEndian: value)
    }

    mutating func netOrder(_ type: Int, _ value: UInt32) {
        attribute(UInt32(type) | UInt32(NLA_F_NET_BYTEORDER), bigEndian: value)
    }
}
