import CLinux
import InternetAddresses
import Netlink

/// The matches of x_tables that rules for Services use.
enum MatchKind {
    case comment, recent, statistic, addressType, conntrack, counter, mark, tcp, udp, sctp, other

    init(_ name: borrowing RawSpan) {
        self =
            if name.isText("comment") {
                .comment
            } else if name.isText("statistic") {
                .statistic
            } else if name.isText("tcp") {
                .tcp
            } else if name.isText("udp") {
                .udp
            } else if name.isText("recent") {
                .recent
            } else if name.isText("addrtype") {
                .addressType
            } else if name.isText("conntrack") {
                .conntrack
            } else if name.isText("nfacct") {
                .counter
            } else if name.isText("sctp") {
                .sctp
            } else if name.isText("mark") {
                .mark
            } else {
                .other
            }
    }
}

/// The targets of x_tables that rules for Services use.
enum TargetKind {
    case destinationNAT, mark, masquerade, reject, other

    init(_ name: borrowing RawSpan) {
        self =
            if name.isText("DNAT") {
                .destinationNAT
            } else if name.isText("MARK") {
                .mark
            } else if name.isText("MASQUERADE") {
                .masquerade
            } else if name.isText("REJECT") {
                .reject
            } else {
                .other
            }
    }
}

/// Each reads the kernel structure named in its comment, and returns false if that contains more than the rules
/// of Services express.
extension RuleText {
    mutating func append(_ kind: MatchKind, revision: UInt32, _ info: borrowing RawSpan) -> Bool {
        switch (kind, revision) {
        case (.comment, 0): return appendComment(info)
        case (.statistic, 0): return appendStatistic(info)
        case (.tcp, 0): return appendPorts(info, size: MemoryLayout<xt_tcp>.size)
        case (.udp, 0): return appendPorts(info, size: MemoryLayout<xt_udp>.size)
        case (.sctp, 0): return appendSCTP(info)
        case (.recent, 1): return appendRecent(info)
        case (.addressType, 1): return appendAddressType(info)
        case (.conntrack, 3): return appendConntrack(info)
        case (.mark, 1): return appendMark(info)
        case (.counter, 0), (.counter, 1):
            // struct xt_nfacct_match_info begins with the name; iptables prints two spaces.
            match(" -m nfacct --nfacct-name  ")
            match(info.string)
            return true
        default: return false
        }
    }

    mutating func append(_ kind: TargetKind, revision: UInt32, _ info: borrowing RawSpan) -> Bool {
        switch (kind, revision) {
        case (.destinationNAT, 2): return appendTranslation(info)
        case (.masquerade, 0): return appendMasquerade(info)
        case (.mark, 2):
            // struct xt_mark_tginfo2
            markPackets(info.integer(as: UInt32.self), mask: info.integer(at: 4, as: UInt32.self))
            return true
        case (.reject, 0):
            // struct ipt_reject_info, struct ip6t_reject_info
            let reason = info.integer(as: UInt32.self)
            if family == .ipv4 {
                guard reason == IPT_ICMP_PORT_UNREACHABLE.rawValue else { return false }
                jump(to: "REJECT --reject-with icmp-port-unreachable")
            } else {
                guard reason == IP6T_ICMP6_PORT_UNREACH.rawValue else { return false }
                jump(to: "REJECT --reject-with icmp6-port-unreachable")
            }
            return true
        default: return false
        }
    }

    /// struct xt_comment_info
    private mutating func appendComment(_ info: borrowing RawSpan) -> Bool {
        match(" -m comment --comment ")
        info.withText { match(quoted: $0) }
        return true
    }

    /// struct xt_statistic_info
    private mutating func appendStatistic(_ info: borrowing RawSpan) -> Bool {
        let (mode, flags) = (info.integer(as: UInt16.self), info.integer(at: 2, as: UInt16.self))
        guard UInt32(mode) == XT_STATISTIC_MODE_RANDOM.rawValue, flags == 0 else { return false }
        match(" -m statistic --mode random --probability ")
        match(chance: info.integer(at: 4, as: UInt32.self))
        return true
    }

    /// struct xt_tcp, struct xt_udp: both begin with the ranges of source and destination ports; all that follows must
    /// be 0.
    private mutating func appendPorts(_ info: borrowing RawSpan, size: Int) -> Bool {
        guard info.byteCount >= size, info.integer(as: UInt16.self) == 0,
            info.integer(at: 2, as: UInt16.self) == .max
        else { return false }
        for offset in 8..<size where info.integer(at: offset, as: UInt8.self) != 0 { return false }
        return appendPort(info.integer(at: 4, as: UInt16.self), info.integer(at: 6, as: UInt16.self))
    }

    private mutating func appendPort(_ first: UInt16, _ last: UInt16) -> Bool {
        if first == 0, last == .max { return match(destinationPort: nil) }
        return first == last && match(destinationPort: first)
    }

    /// struct xt_sctp_info
    private mutating func appendSCTP(_ info: borrowing RawSpan) -> Bool {
        guard info.byteCount >= MemoryLayout<xt_sctp_info>.size,
            let flags = MemoryLayout<xt_sctp_info>.offset(of: \.flags),
            let inverted = MemoryLayout<xt_sctp_info>.offset(of: \.invflags),
            info.integer(at: inverted, as: UInt32.self) == 0
        else { return false }
        switch info.integer(at: flags, as: UInt32.self) {
        case 0: return match(destinationPort: nil)
        case UInt32(XT_SCTP_DEST_PORTS):
            return appendPort(info.integer(as: UInt16.self), info.integer(at: 2, as: UInt16.self))
        default: return false
        }
    }

    /// struct xt_recent_mtinfo_v1
    private mutating func appendRecent(_ info: borrowing RawSpan) -> Bool {
        let name = 10
        let side = name + XT_RECENT_NAME_LEN
        guard info.byteCount >= MemoryLayout<xt_recent_mtinfo_v1>.size,
            // hit_count, invert
            info.integer(at: 4, as: UInt32.self) == 0, info.integer(at: 9, as: UInt8.self) == 0,
            Int(info.integer(at: side, as: UInt8.self)) == XT_RECENT_SOURCE
        else { return false }
        match(" -m recent")
        let seconds = info.integer(as: UInt32.self)
        switch Int(info.integer(at: 8, as: UInt8.self)) {
        case XT_RECENT_SET where seconds == 0: match(" --set")
        case XT_RECENT_CHECK | XT_RECENT_REAP where seconds != 0:
            match(" --rcheck --seconds ")
            match(decimal: seconds)
            match(" --reap")
        default: return false
        }
        match(" --name ")
        info.extracting(name..<side).withText { match(String(decoding: $0, as: UTF8.self)) }
        match(" --mask ")
        // union nf_inet_addr, aligned to four bytes
        guard let mask = address(in: info, at: (side + 4) & ~3) else { return false }
        match(mask.description)
        match(" --rsource")
        return true
    }

    /// struct xt_addrtype_info_v1
    private mutating func appendAddressType(_ info: borrowing RawSpan) -> Bool {
        let local = UInt16(XT_ADDRTYPE_LOCAL)
        let (source, destination) = (info.integer(as: UInt16.self), info.integer(at: 2, as: UInt16.self))
        guard info.integer(at: 4, as: UInt32.self) == 0 else { return false }
        if source == local, destination == 0 {
            match(" -m addrtype --src-type LOCAL")
        } else if source == 0, destination == local {
            match(" -m addrtype --dst-type LOCAL")
        } else {
            return false
        }
        return true
    }

    /// struct xt_conntrack_mtinfo3, of which only states are understood.
    private mutating func appendConntrack(_ info: borrowing RawSpan) -> Bool {
        typealias Info = xt_conntrack_mtinfo3
        guard info.byteCount >= MemoryLayout<Info>.size, let flags = MemoryLayout<Info>.offset(of: \.match_flags),
            let inverted = MemoryLayout<Info>.offset(of: \.invert_flags),
            let states = MemoryLayout<Info>.offset(of: \.state_mask),
            Int(info.integer(at: flags, as: UInt16.self)) == XT_CONNTRACK_STATE
        else { return false }
        let inversion = Int(info.integer(at: inverted, as: UInt16.self))
        guard inversion == 0 || inversion == XT_CONNTRACK_STATE else { return false }
        match(inversion == 0 ? " -m conntrack --ctstate " : " -m conntrack ! --ctstate ")
        var rest = info.integer(at: states, as: UInt16.self)
        var isFirst = true
        for (bit, name) in Self.connectionStates where rest & bit != 0 {
            if !isFirst { match(",") }
            isFirst = false
            match(name)
            rest &= ~bit
        }
        return rest == 0 && !isFirst
    }

    /// In the order in which iptables prints them. The bits are macros (XT_CONNTRACK_STATE_BIT …) that Swift does not
    /// see.
    private static let connectionStates: [(UInt16, StaticString)] = [
        (1, "INVALID"), (2 << IP_CT_NEW.rawValue, "NEW"), (2 << IP_CT_RELATED.rawValue, "RELATED"),
        (2 << IP_CT_ESTABLISHED.rawValue, "ESTABLISHED"), (1 << 8, "UNTRACKED"), (1 << 6, "SNAT"), (1 << 7, "DNAT"),
    ]

    /// struct xt_mark_mtinfo1
    private mutating func appendMark(_ info: borrowing RawSpan) -> Bool {
        match(info.integer(at: 8, as: UInt8.self) == 0 ? " -m mark --mark " : " -m mark ! --mark ")
        match(hexadecimal: info.integer(as: UInt32.self))
        let mask = info.integer(at: 4, as: UInt32.self)
        guard mask != .max else { return true }
        match("/")
        match(hexadecimal: mask)
        return true
    }

    /// struct nf_nat_range2
    private mutating func appendTranslation(_ info: borrowing RawSpan) -> Bool {
        let expected = UInt32(NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED)
        let size = family == .ipv4 ? 4 : 16
        guard info.byteCount >= MemoryLayout<nf_nat_range2>.size, info.integer(as: UInt32.self) == expected,
            let first = address(in: info, at: 4), let last = address(in: info, at: 20), first == last, size > 0
        else { return false }
        let port = info.bigEndian(at: 36, as: UInt16.self)
        guard info.bigEndian(at: 38, as: UInt16.self) == port else { return false }
        translate(to: first, port: port)
        return true
    }

    /// struct nf_nat_ipv4_multi_range_compat, struct nf_nat_range
    private mutating func appendMasquerade(_ info: borrowing RawSpan) -> Bool {
        switch info.integer(at: family == .ipv4 ? 4 : 0, as: UInt32.self) {
        case 0: jump(to: "MASQUERADE")
        case UInt32(NF_NAT_RANGE_PROTO_RANDOM_FULLY): jump(to: "MASQUERADE --random-fully")
        default: return false
        }
        return true
    }

    /// union nf_inet_addr
    private func address(in info: borrowing RawSpan, at offset: Int) -> IPAddress? {
        guard info.byteCount >= offset + 16 else { return nil }
        return family == .ipv4
            ? IPAddress(ipv4: info.bigEndian(at: offset, as: UInt32.self))
            : IPAddress(
                ipv6High: info.bigEndian(at: offset, as: UInt64.self),
                low: info.bigEndian(at: offset + 8, as: UInt64.self))
    }
}
