import CLinux
import Netlink

/// Where a packet continues after a rule or a verdict map.
package enum Verdict: Sendable, Hashable {
    case accept
    case drop
    /// Back to the rule after the jump.
    case `return`
    /// On in this chain, returning here at its end.
    case jump(String)
    /// On in this chain, without returning.
    case goto(String)
}

extension Verdict: CustomStringConvertible {
    package var description: String {
        switch self {
        case .accept: "accept"
        case .drop: "drop"
        case .return: "return"
        case .jump(let chain): "jump \(chain)"
        case .goto(let chain): "goto \(chain)"
        }
    }
}

extension Verdict {
    private var code: UInt32 {
        switch self {
        case .accept: UInt32(NF_ACCEPT)
        case .drop: UInt32(NF_DROP)
        case .return: CLinux_NFT_RETURN
        case .jump: CLinux_NFT_JUMP
        case .goto: CLinux_NFT_GOTO
        }
    }

    private var chain: String? {
        switch self {
        case .jump(let chain), .goto(let chain): chain
        case .accept, .drop, .return: nil
        }
    }

    /// Writes `NFTA_DATA_VERDICT`.
    func write(to writer: inout MessageWriter) {
        writer.nested(NFTA_DATA_VERDICT.rawValue) { writer in
            writer.attribute(NFTA_VERDICT_CODE.rawValue, bigEndian: code)
            if let chain { writer.attribute(NFTA_VERDICT_CHAIN.rawValue, string: chain) }
        }
    }

    /// Reads the contents of `NFTA_DATA_VERDICT`; `nil` for a verdict that we never write.
    init?(_ bytes: borrowing RawSpan) throws(NetlinkError) {
        var code: UInt32?
        var chain = ""
        try AttributeReader.forEach(in: bytes) { type, value in
            switch type {
            case NFTA_VERDICT_CODE.rawValue: code = value.bigEndian(as: UInt32.self)
            case NFTA_VERDICT_CHAIN.rawValue: chain = value.string
            default: break
            }
        }
        switch code {
        case UInt32(NF_ACCEPT): self = .accept
        case UInt32(NF_DROP): self = .drop
        case CLinux_NFT_RETURN: self = .return
        case CLinux_NFT_JUMP: self = .jump(chain)
        case CLinux_NFT_GOTO: self = .goto(chain)
        default: return nil
        }
    }
}
