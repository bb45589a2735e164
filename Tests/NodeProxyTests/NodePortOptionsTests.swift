import InternetAddresses
import NodeProxy
import ServiceRouting
import Testing

@Suite("The flags about node ports and the mode iptables")
struct NodePortOptionsTests {
    private func configuration(_ change: (inout ProxyOptions) -> Void) throws -> ProxyConfiguration {
        var options = ProxyOptions()
        change(&options)
        return try options.configuration(machine: "n1")
    }

    /// The message that a mistake leads to.
    private func complaint(_ change: (inout ProxyOptions) -> Void) -> String {
        do {
            return "no complaint, but \(try configuration(change))"
        } catch {
            return "\(error)"
        }
    }

    private func addresses(_ texts: String...) -> [IPAddress] { texts.compactMap { IPAddress($0) } }

    @Test("without the flag node ports are open everywhere with iptables, on the Node's addresses with nftables")
    func defaults() throws {
        #expect(try configuration { $0.mode = "iptables" }.nodePorts.extent == .networks([]))
        #expect(try configuration { $0.mode = "iptables" }.nodePorts.isOpenEnded)
        #expect(try configuration { $0.mode = "nftables" }.nodePorts == .primary)
        let primary = try configuration {
            $0.mode = "iptables"
            $0.nodePortAddresses = "primary"
        }
        #expect(primary.nodePorts.extent == .primary)
    }

    @Test("networks choose among the machine's addresses, each for its own family")
    func networks() throws {
        let machine = addresses("10.0.0.1", "192.0.2.1", "2001:db8::1")
        let policy = try configuration { $0.nodePortAddresses = "192.0.2.0/24, 198.51.100.0/24" }.nodePorts
        #expect(policy.addresses(primary: [], machine: machine).addresses == addresses("192.0.2.1", "2001:db8::1"))
    }

    @Test("primary stands alone, and other words are no networks")
    func mistakes() {
        #expect(complaint { $0.nodePortAddresses = "primary,10.0.0.0/8" }.hasPrefix("--nodeport-addresses: “primary”"))
        #expect(
            complaint { $0.nodePortAddresses = "10.0.0.1" }.hasPrefix(
                "--nodeport-addresses: “10.0.0.1” is not a network; write primary, or networks"))
    }

    @Test("the mode iptables is told the rest")
    func iptables() throws {
        let defaults = "\(try configuration { _ in }.iptables)"
        for part in ["masqueradeBit: 14", "localhostNodePorts: true", "acceptsInvalidPackets: false"] {
            #expect(defaults.contains(part))
        }
        let others = try configuration {
            $0.mode = "iptables"
            $0.masqueradeBit = "31"
            $0.localhostNodePorts = false
            $0.conntrackBeLiberal = true
            $0.nodePortAddresses = "primary"
        }
        for part in [
            "masqueradeBit: 31", "localhostNodePorts: false", "acceptsInvalidPackets: true",
        ] {
            #expect("\(others.iptables)".contains(part))
        }
    }

    @Test("a bit that the mark does not have is refused", arguments: ["32", "-1", "x", ""])
    func bits(text: String) {
        #expect(complaint { $0.masqueradeBit = text }.hasPrefix("--iptables-masquerade-bit: “\(text)” is not a bit"))
    }
}
