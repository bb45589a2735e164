import CLinux
import Glibc
package import InternetAddresses
package import Netlink

/// A connection to the kernel's sets of addresses and ports (ipset), which iptables rules match against.
///
/// Calls block; they belong on a thread that may. Needs CAP_NET_ADMIN and the kernel module ip_set, which the kernel
/// loads by itself if it can.
package struct IPSetConnection: ~Copyable {
    private var netlink: NetlinkConnection
    private var revisions: [SetKind: UInt8] = [:]

    /// The number of attempts at an interrupted dump.
    private static let dumpAttempts = 8

    /// `transport` is a socket of `NETLINK_NETFILTER`.
    package init(_ transport: any NetlinkTransport) {
        netlink = NetlinkConnection(transport)
    }

    /// Sends the changes in order and returns those that the kernel refuses, by index.
    package mutating func send(_ changes: inout SetChanges) throws(NetlinkError) -> [Int: NetlinkError] {
        do throws(NetlinkError) {
            return try netlink.send(&changes.requests).mapValues(\.asSetError)
        } catch {
            throw error.asSetError
        }
    }

    /// The newest revision of a kind of set that the kernel supports. Throws, naming the module to load,
    /// if it supports none.
    package mutating func revision(of kind: SetKind, family: IPFamily) throws(NetlinkError) -> UInt8 {
        if let known = revisions[kind] { return known }
        let sequence = netlink.nextSequence()
        let request = request(IPSET_CMD_TYPE, NLM_F_ACK, sequence) { writer in
            writer.attribute(UInt32(IPSET_ATTR_TYPENAME), string: kind.rawValue)
            let protocolFamily = family == .ipv4 ? AF_INET : AF_INET6
            writer.attribute(UInt32(IPSET_ATTR_FAMILY), UInt8(kind.hasFamily ? protocolFamily : AF_UNSPEC))
        }
        var revision: UInt8?
        do throws(NetlinkError) {
            try netlink.request(request, sequence: sequence) { (_, payload) throws(NetlinkError) in
                try AttributeReader.forEach(in: payload.extracting(4..<max(4, payload.byteCount))) { type, value in
                    if type == UInt32(IPSET_ATTR_REVISION) { revision = value.integer(as: UInt8.self) }
                }
            }
        } catch {
            throw error.asSetError(missing: kind)
        }
        guard let revision else { throw .malformed("answer about sets of the type \(kind.rawValue)") }
        revisions[kind] = revision
        return revision
    }

    /// All sets, without their entries. `ipset list -terse`
    package mutating func headers() throws(NetlinkError) -> [KernelSet] {
        try dump { writer in
            writer.netOrder(IPSET_ATTR_FLAGS, UInt32(IPSET_FLAG_LIST_HEADER.rawValue))
        }
    }

    /// A set with its entries; `nil` if there is no set of this name. Entries that ``SetEntry`` cannot express are
    /// omitted. `ipset save KUBE-CLUSTER-IP`
    package mutating func set(named name: String) throws(NetlinkError) -> KernelSet? {
        do throws(NetlinkError) {
            return try dump { $0.attribute(UInt32(IPSET_ATTR_SETNAME), string: name) }.first
        } catch {
            guard error.errno == ENOENT else { throw error }
            return nil
        }
    }

    private mutating func dump(_ body: (inout MessageWriter) -> Void) throws(NetlinkError) -> [KernelSet] {
        var attempt = 1
        while true {
            let sequence = netlink.nextSequence()
            let request = request(IPSET_CMD_LIST, NLM_F_DUMP, sequence, body)
            var reader = SetReader()
            do throws(NetlinkError) {
                try netlink.dump(request, sequence: sequence) { (_, payload) throws(NetlinkError) in
                    guard payload.byteCount >= 4 else { throw .malformed("netfilter header") }
                    try reader.append(payload.extracting(4..<payload.byteCount))
                }
                return reader.sets
            } catch {
                guard error.errno == EINTR, attempt < Self.dumpAttempts else { throw error.asSetError }
                attempt += 1
            }
        }
    }

    private func request(
        _ command: ipset_cmd, _ flags: Int32, _ sequence: UInt32, _ body: (inout MessageWriter) -> Void
    ) -> [UInt8] {
        var writer = MessageWriter()
        writer.message(
            type: UInt16(NFNL_SUBSYS_IPSET) << 8 | UInt16(command.rawValue), flags: UInt16(NLM_F_REQUEST | flags),
            sequence: sequence
        ) { writer in
            writer.setMessageStart()
            body(&writer)
        }
        return writer.bytes
    }
}
