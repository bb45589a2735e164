import CLinux
import Glibc
package import InternetAddresses
package import Netlink

/// A connection to the kernel's table of tracked connections (ctnetlink).
///
/// Calls block; they belong on a thread that may. Needs CAP_NET_ADMIN.
package struct ConntrackConnection: ~Copyable {
    private var netlink: NetlinkConnection
    private var writer = MessageWriter()
    /// Whether dumps ask for the entries of one protocol only (since 5.8); older kernels send all.
    private var filtersInKernel = true

    /// The number of deletions in one send. The kernel queues an answer for each failure before we can read the first,
    /// and the receive buffer holds a thousand.
    private static let deletionsInSend = 500
    /// The number of interrupted dumps after which to give up.
    private static let dumpAttempts = 4

    package init(_ transport: any NetlinkTransport) {
        netlink = NetlinkConnection(transport)
    }

    /// The entries of one family and protocol that satisfy `isWanted`. `conntrack -L -f ipv4 -p udp`
    ///
    /// The table changes while it is read: an entry may be missing, and one that is returned may already be gone.
    package mutating func entries(
        _ family: IPFamily, _ transport: TransportProtocol, where isWanted: (ConntrackEntry) -> Bool
    ) throws(NetlinkError) -> [ConntrackEntry] {
        var attempt = 1
        while true {
            do throws(NetlinkError) {
                return try dump(family, transport, isWanted)
            } catch {
                switch error.errno {
                case EOPNOTSUPP where filtersInKernel, EINVAL where filtersInKernel: filtersInKernel = false
                case EINTR where attempt < Self.dumpAttempts: attempt += 1
                default: throw error
                }
            }
        }
    }

    /// Removes exactly these entries, and returns how many of them existed. `conntrack -D …`
    ///
    /// An entry that has since gone, or been replaced by one with the same tuple, is skipped. If the kernel refuses
    /// some, the rest are removed before the first refusal is thrown.
    package mutating func delete(_ entries: [ConntrackEntry]) throws(NetlinkError) -> Int {
        var deleted = 0
        var refusal: NetlinkError?
        for start in stride(from: 0, to: entries.count, by: Self.deletionsInSend) {
            let part = entries[start..<min(start + Self.deletionsInSend, entries.count)]
            let refusals = try deleteAtOnce(part)
            deleted += part.count - refusals.count
            refusal = refusal ?? refusals.first { $0.errno != ENOENT }
        }
        if let refusal { throw refusal }
        return deleted
    }

    private mutating func deleteAtOnce(_ entries: ArraySlice<ConntrackEntry>) throws(NetlinkError) -> [NetlinkError] {
        writer.removeAll()
        var first: UInt32?
        var last: UInt32 = 0
        for (index, entry) in zip(entries.indices, entries) {
            last = netlink.nextSequence()
            first = first ?? last
            // The kernel answers each that fails; the last one always gets an answer, which ends the wait.
            let flags = index == entries.endIndex - 1 ? NLM_F_REQUEST | NLM_F_ACK : NLM_F_REQUEST
            message(IPCTNL_MSG_CT_DELETE.rawValue, flags, entry.source.family, last) { entry.writeKey(to: &$0) }
        }
        guard let first else { return [] }
        return try netlink.transact(writer.bytes, first: first, last: last)
    }

    private mutating func dump(
        _ family: IPFamily, _ transport: TransportProtocol, _ isWanted: (ConntrackEntry) -> Bool
    ) throws(NetlinkError) -> [ConntrackEntry] {
        writer.removeAll()
        let sequence = netlink.nextSequence()
        let isFiltered = filtersInKernel
        message(IPCTNL_MSG_CT_GET.rawValue, NLM_F_REQUEST | NLM_F_DUMP, family, sequence) { writer in
            if isFiltered { Self.writeFilter(transport, to: &writer) }
        }
        var entries: [ConntrackEntry] = []
        try netlink.dump(writer.bytes, sequence: sequence) { (_, payload) throws(NetlinkError) in
            guard payload.byteCount >= 4 else { throw .malformed("netfilter header") }
            guard let entry = try ConntrackEntry(payload.extracting(4..<payload.byteCount)) else { return }
            if entry.transport == transport, entry.source.family == family, isWanted(entry) { entries.append(entry) }
        }
        return entries
    }

    /// Asks for the entries whose original tuple has this protocol. Kernels that do not know the filter ignore it.
    private static func writeFilter(_ transport: TransportProtocol, to writer: inout MessageWriter) {
        writer.nested(CTA_TUPLE_ORIG.rawValue) { writer in
            writer.nested(CTA_TUPLE_PROTO.rawValue) { writer in
                writer.attribute(CTA_PROTO_NUM.rawValue, bytes: [transport.rawValue])
            }
        }
        writer.nested(CTA_FILTER.rawValue) { writer in
            // In host order, unlike everything else here.
            writer.attribute(CTA_FILTER_ORIG_FLAGS.rawValue) { $0.append(filterByProtocol) }
        }
    }

    /// `CTA_FILTER_F_CTA_PROTO_NUM`, which is not in any exported header but in the kernel's
    /// net/netfilter/nf_internals.h.
    private static let filterByProtocol: UInt32 = 1 << 3

    private mutating func message(
        _ type: UInt32, _ flags: Int32, _ family: IPFamily, _ sequence: UInt32, _ body: (inout MessageWriter) -> Void
    ) {
        let start = writer.beginMessage(
            type: UInt16(NFNL_SUBSYS_CTNETLINK) << 8 | UInt16(type), flags: UInt16(flags), sequence: sequence)
        writer.netfilterHeader(family: UInt8(family == .ipv4 ? AF_INET : AF_INET6))
        body(&writer)
        writer.endMessage(start)
    }
}
