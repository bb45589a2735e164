import CLinux
package import InternetAddresses

/// The sources from which a listening socket accepts packets.
///
/// It becomes a classic BPF program on the socket, which needs no privilege: the kernel drops other packets before
/// there is a connection, like a firewall rule.
package struct SourceFilter: Sendable, Hashable {
    /// A source must be in one network of each list. No lists admit everyone, an empty list no one.
    package var required: [[IPNetwork]]

    package init(_ required: [[IPNetwork]] = []) {
        self.required = required
    }

    /// Accepts all sources.
    package static let everyone = SourceFilter()
    /// Accepts none.
    package static let nobody = SourceFilter([[]])

    /// Whether packets from a source arrive.
    package func admits(_ source: IPAddress) -> Bool {
        required.allSatisfy { list in list.contains { $0.contains(source) } }
    }

    /// The maximum number of instructions in a program (`BPF_MAXINSNS`, linux/bpf_common.h).
    static let maximumInstructions = 4096

    /// The program for sockets of one IP family; empty if all are accepted. `nil` if it would be too long.
    func program(_ family: IPFamily) -> [sock_filter]? {
        guard !required.isEmpty else { return [] }
        var program: [sock_filter] = []
        for list in required {
            var jumps: [Int] = []
            for network in list where network.family == family {
                Self.append(network, to: &program)
                jumps.append(program.count)
                program.append(Self.instruction(BPF_JMP | BPF_JA, 0))
            }
            program.append(Self.instruction(BPF_RET | BPF_K, 0))
            // On to the next list, after the refusal.
            for jump in jumps { program[jump].k = UInt32(program.count - jump - 1) }
        }
        program.append(Self.instruction(BPF_RET | BPF_K, UInt32.max))
        return program.count <= Self.maximumInstructions ? program : nil
    }

    /// Compares the source with a network, word by word; falls through if the source is inside, otherwise skips
    /// the next instruction.
    private static func append(_ network: IPNetwork, to program: inout [sock_filter]) {
        // Offsets of the source address in the headers of IPv4 and IPv6.
        let start: Int32 = network.family == .ipv4 ? 12 : 8
        let bytes = network.address.networkBytes
        var comparisons: [Int] = []
        for word in 0..<((network.prefixLength + 31) / 32) {
            let bits = min(32, network.prefixLength - word * 32)
            let expected = bytes[(word * 4)..<(word * 4 + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let offset = UInt32(bitPattern: SKF_NET_OFF + start + Int32(word) * 4)
            program.append(instruction(BPF_LD | BPF_W | BPF_ABS, offset))
            if bits < 32 { program.append(instruction(BPF_ALU | BPF_AND | BPF_K, UInt32.max << UInt32(32 - bits))) }
            comparisons.append(program.count)
            program.append(instruction(BPF_JMP | BPF_JEQ | BPF_K, expected))
        }
        // At most eleven instructions ahead, past the following jump.
        for comparison in comparisons { program[comparison].jf = UInt8(program.count - comparison) }
    }

    private static func instruction(_ code: Int32, _ value: UInt32) -> sock_filter {
        sock_filter(code: UInt16(code), jt: 0, jf: 0, k: value)
    }
}
