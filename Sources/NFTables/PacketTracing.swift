import CLinux
import Glibc
package import InternetAddresses
package import Netlink

/// One step of a traced packet through the kernel's rules (NFT_MSG_TRACE).
package struct TraceStep: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// A rule with this handle decided.
        case rule(handle: UInt64)
        /// The end of a chain reached from others.
        case end
        /// The chain's policy decided.
        case policy
    }

    package enum Verdict: Sendable, Hashable {
        case accept
        case drop
        case proceed
        case jump(String)
        case goto(String)
        case `return`
        case other(Int32)
    }

    /// Identical in all steps of one packet.
    package var packet: UInt32
    /// `ip`, `ip6` or `inet`.
    package var family: String
    package var table: String
    package var chain: String
    package var kind: Kind
    package var verdict: Verdict
}

/// Marks packets to one address and port for tracing, and reports what happens to them.
///
/// A table of our own sets the mark; the kernel removes it with the socket, even if the process is killed. Calls block.
/// Needs root and kernel 5.12 or later.
package struct PacketTracing: ~Copyable {
    private var listener: NetlinkConnection
    /// Owns the table.
    private var owner: NFTablesConnection

    private static let tableName = "servicelet-trace"
    /// Before every other chain: NF_IP_PRI_RAW is -300.
    private static let priority: Int32 = -400

    /// Starts tracing packets to an address and port, in the network namespace of the calling thread.
    package init(
        _ address: IPAddress, port: UInt16, _ transport: TransportProtocol
    ) throws(TransactionError) {
        let sockets = try Self.sockets()
        var owner = NFTablesConnection(sockets.owner)
        let table = Table(family: address.family, name: Self.tableName)
        var transaction = owner.begin()
        transaction.addOwned(table)
        for point in [Chain.Hook.Point.prerouting, .output] {
            let chain = Chain("\(point)", hook: Chain.Hook(point, priority: Self.priority, type: "filter"))
            transaction.add(chain, to: table)
            transaction.add(Self.rule(address, port, transport), to: chain.name, of: table)
        }
        try owner.commit(transaction)
        self.owner = owner
        listener = NetlinkConnection(sockets.listener)
    }

    private static func sockets() throws(TransactionError) -> (listener: NetlinkSocket, owner: NetlinkSocket) {
        do throws(NetlinkError) {
            let listener = try NetlinkSocket(family: NETLINK_NETFILTER)
            try listener.join(group: UInt32(NFNLGRP_NFTRACE.rawValue))
            try listener.setReceiveTimeout(milliseconds: 50)
            return (listener, try NetlinkSocket(family: NETLINK_NETFILTER))
        } catch {
            throw TransactionError(refusals: [Refusal(error: error)])
        }
    }

    /// `ip daddr ADDRESS meta l4proto tcp th dport PORT meta nftrace set 1`
    private static func rule(_ address: IPAddress, _ port: UInt16, _ transport: TransportProtocol) -> [Expression] {
        let whole = IPNetwork(containing: address, prefixLength: address.family.addressBits)
        let destination = whole.map { Rule(.isTo($0), .isTransport(transport)).expressions(address.family) } ?? []
        return destination + [
            Field.destinationPort.load(address.family, into: 0),
            .compare(register: 0, equal: true, [UInt8(port >> 8), UInt8(port & 0xFF)]),
            .value([1], into: 0), .setMeta(key: NFT_META_NFTRACE.rawValue, from: 0),
        ]
    }

    /// The steps traced until `deadline`, or until `isEnough` returns true.
    package mutating func steps(
        until deadline: ContinuousClock.Instant, isEnough: ([TraceStep]) -> Bool
    ) throws(NetlinkError) -> [TraceStep] {
        var steps: [TraceStep] = []
        while ContinuousClock.now < deadline, !isEnough(steps) {
            do throws(NetlinkError) {
                try listener.receiveEvents { (header, payload) throws(NetlinkError) in
                    guard header.type == UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(NFT_MSG_TRACE.rawValue),
                        let step = try TraceStep(payload), step.table != Self.tableName
                    else { return }
                    steps.append(step)
                }
            } catch {
                // Nothing arrived within the socket's timeout.
                guard error.errno == EAGAIN else { throw error }
            }
        }
        return steps
    }
}

extension TraceStep {
    /// Reads the payload of `NFT_MSG_TRACE`; `nil` for steps that name no table.
    init?(_ payload: borrowing RawSpan) throws(NetlinkError) {
        guard payload.byteCount >= MemoryLayout<nfgenmsg>.size else { throw .malformed("trace") }
        let number = Int(payload.integer(at: 0, as: UInt8.self))
        var step = TraceStep(packet: 0, family: "inet", table: "", chain: "", kind: .end, verdict: .proceed)
        var type: UInt32 = 0
        var handle: UInt64 = 0
        var policy: UInt32 = 0
        try AttributeReader.forEach(in: payload.extracting(MemoryLayout<nfgenmsg>.size..<payload.byteCount)) {
            (attribute, value) throws(NetlinkError) in
            switch attribute {
            case NFTA_TRACE_ID.rawValue: step.packet = value.bigEndian(as: UInt32.self)
            case NFTA_TRACE_TABLE.rawValue: step.table = value.string
            case NFTA_TRACE_CHAIN.rawValue: step.chain = value.string
            case NFTA_TRACE_TYPE.rawValue: type = value.bigEndian(as: UInt32.self)
            case NFTA_TRACE_RULE_HANDLE.rawValue: handle = value.bigEndian(as: UInt64.self)
            case NFTA_TRACE_POLICY.rawValue: policy = value.bigEndian(as: UInt32.self)
            case NFTA_TRACE_VERDICT.rawValue: step.verdict = try Verdict(value)
            default: break
            }
        }
        guard !step.table.isEmpty else { return nil }
        switch number {
        case NFPROTO_IPV4: step.family = "ip"
        case NFPROTO_IPV6: step.family = "ip6"
        default: break
        }
        switch type {
        case NFT_TRACETYPE_RULE.rawValue: step.kind = .rule(handle: handle)
        case NFT_TRACETYPE_POLICY.rawValue:
            step.kind = .policy
            step.verdict = policy == UInt32(NF_DROP) ? .drop : .accept
        default: step.kind = .end
        }
        self = step
    }
}

extension TraceStep.Verdict {
    /// Reads `NFTA_TRACE_VERDICT`.
    fileprivate init(_ attributes: borrowing RawSpan) throws(NetlinkError) {
        var code: Int32 = 0
        var chain = ""
        try AttributeReader.forEach(in: attributes) { type, value in
            if type == NFTA_VERDICT_CODE.rawValue { code = Int32(bitPattern: value.bigEndian(as: UInt32.self)) }
            if type == NFTA_VERDICT_CHAIN.rawValue { chain = value.string }
        }
        self =
            switch code {
            case Int32(NF_ACCEPT): .accept
            case Int32(NF_DROP): .drop
            case NFT_CONTINUE.rawValue, NFT_BREAK.rawValue: .proceed
            case Int32(bitPattern: CLinux_NFT_JUMP): .jump(chain)
            case Int32(bitPattern: CLinux_NFT_GOTO): .goto(chain)
            case Int32(bitPattern: CLinux_NFT_RETURN): .return
            default: .other(code)
            }
    }
}
