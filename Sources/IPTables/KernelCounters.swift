import CLinux
import Glibc
package import Netlink

/// The kernel's named counters, which the match `nfacct` refers to (`nfacct add NAME`).
package enum KernelCounters {
    /// Creates the counters in the calling thread's network namespace, unless they exist. Returns false if the kernel
    /// has no such counters; throws if it has them but refuses.
    package static func create(_ names: [String]) throws(NetlinkError) -> Bool {
        var connection = NetlinkConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
        for name in names {
            let sequence = connection.nextSequence()
            let refusals = try connection.transact(request(name, sequence), first: sequence, last: sequence)
            guard let refusal = refusals.first else { continue }
            switch refusal.errno {
            // One of this name exists.
            case EBUSY, EEXIST: continue
            // The subsystem does not exist.
            case EINVAL, ENOENT, EOPNOTSUPP, EPROTONOSUPPORT: return false
            default: throw refusal
            }
        }
        return true
    }

    /// The packet count of a counter (`nfacct get NAME`), in the calling thread's network namespace; `nil` if it does
    /// not exist, or the kernel has no counters.
    package static func packets(_ name: String) throws(NetlinkError) -> UInt64? {
        var connection = NetlinkConnection(try NetlinkSocket(family: NETLINK_NETFILTER))
        let sequence = connection.nextSequence()
        let request = request(name, sequence, NFNL_MSG_ACCT_GET, flags: NLM_F_REQUEST | NLM_F_ACK)
        var packets: UInt64?
        do throws(NetlinkError) {
            try connection.request(request, sequence: sequence) { (_, payload) throws(NetlinkError) in
                packets = try Self.packets(in: payload)
            }
        } catch {
            // No counter of this name, or no subsystem.
            guard [ENOENT, EINVAL, EOPNOTSUPP, EPROTONOSUPPORT].contains(error.errno) else { throw error }
        }
        return packets
    }

    /// Reads `NFACCT_PKTS` after `struct nfgenmsg`.
    static func packets(in payload: borrowing RawSpan) throws(NetlinkError) -> UInt64? {
        guard payload.byteCount >= 4 else { throw .malformed("netfilter header") }
        var packets: UInt64?
        try AttributeReader.forEach(in: payload.extracting(4..<payload.byteCount)) { type, value in
            if type == NFACCT_PKTS.rawValue { packets = value.bigEndian(as: UInt64.self) }
        }
        return packets
    }

    private static func request(
        _ name: String, _ sequence: UInt32, _ verb: nfnl_acct_msg_types = NFNL_MSG_ACCT_NEW,
        flags: Int32 = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK
    ) -> [UInt8] {
        var writer = MessageWriter()
        writer.message(
            type: UInt16(NFNL_SUBSYS_ACCT) << 8 | UInt16(verb.rawValue), flags: UInt16(flags), sequence: sequence
        ) { writer in
            writer.netfilterHeader(family: UInt8(AF_UNSPEC))
            writer.attribute(NFACCT_NAME.rawValue, string: name)
            writer.pad()
        }
        return writer.bytes
    }
}
