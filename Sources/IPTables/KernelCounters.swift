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

    private static func request(_ name: String, _ sequence: UInt32) -> [UInt8] {
        var writer = MessageWriter()
        writer.message(
            type: UInt16(NFNL_SUBSYS_ACCT) << 8 | UInt16(NFNL_MSG_ACCT_NEW.rawValue),
            flags: UInt16(NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK), sequence: sequence
        ) { writer in
            writer.netfilterHeader(family: UInt8(AF_UNSPEC))
            writer.attribute(NFACCT_NAME.rawValue, string: name)
            writer.pad()
        }
        return writer.bytes
    }
}
