import InternetAddresses
import Testing

@testable import Diagnosis

/// Other programs' rules: exactly what is certain to be dropped.
@Suite("Packet filter")
struct PacketFilterTests {
    private let packet = FilterPacket(
        family: .ipv4, transport: .tcp, source: IPAddress(ipv4: 0x0AF4_00FA), destination: IPAddress(ipv4: 0x0AF4_0109),
        destinationPort: 8080, output: "eth1", states: ["NEW", "DNAT"], mark: 0)

    private func culprit(_ text: String, _ packet: FilterPacket? = nil) throws -> String? {
        let table = try #require(IPTablesListing.read("*filter\n" + text + "\nCOMMIT\n", .ipv4).first)
        let walk = FilterWalk(table: table)
        for (name, chain) in walk.chains(at: .forward) {
            if let found = walk.culprit(of: packet ?? self.packet, in: name, chain, at: .forward) { return found.rule }
        }
        return nil
    }

    @Test(
        "iptables rules that are certain to drop",
        arguments: [
            ":FORWARD ACCEPT [0:0]\n-A FORWARD -j DROP",
            ":FORWARD ACCEPT [0:0]\n-A FORWARD -d 10.244.0.0/16 -p tcp -m tcp --dport 8080 -j REJECT --reject-with "
                + "icmp-port-unreachable",
            ":FORWARD ACCEPT [0:0]\n:MINE - [0:0]\n-A FORWARD -j MINE\n-A MINE -m comment --comment \"no -j ACCEPT "
                + "here\" -m multiport --dports 80,8000:8100 -j DROP",
            ":FORWARD DROP [0:0]\n-A FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT\n-A FORWARD -m conntrack "
                + "--ctstate RELATED,ESTABLISHED -j ACCEPT",
            ":FORWARD ACCEPT [0:0]\n-A FORWARD ! -s 192.0.2.0/24 -o eth+ -j DROP",
            ":FORWARD ACCEPT [0:0]\n-A FORWARD -m conntrack ! --ctstate INVALID -j DROP",
        ])
    func dropped(text: String) throws { #expect(try culprit(text) != nil) }

    @Test(
        "iptables rules that let it pass, or may",
        arguments: [
            ":FORWARD ACCEPT [0:0]",
            ":FORWARD ACCEPT [0:0]\n-A FORWARD -p udp -j DROP",
            ":FORWARD ACCEPT [0:0]\n-A FORWARD -p tcp -m tcp --dport 22 -j DROP",
            ":FORWARD ACCEPT [0:0]\n-A FORWARD -i docker0 -j DROP",
            ":FORWARD ACCEPT [0:0]\n-A FORWARD -m limit --limit 1/sec -j DROP",
            ":FORWARD ACCEPT [0:0]\n-A FORWARD -m string --string x --algo bm -j DROP",
            ":FORWARD DROP [0:0]\n-A FORWARD -m conntrack --ctstate DNAT -j ACCEPT",
            ":FORWARD DROP [0:0]\n:MINE - [0:0]\n-A FORWARD -g MINE\n-A MINE -s 10.244.0.0/16 -j ACCEPT",
            // Whether the first matches is unknown, so nothing after it is certain.
            ":FORWARD ACCEPT [0:0]\n-A FORWARD -m set --match-set good src -j ACCEPT\n-A FORWARD -j DROP",
            ":FORWARD ACCEPT [0:0]\n-A FORWARD -j LOG --log-prefix \"-j DROP\"",
            ":FORWARD ACCEPT [0:0]\n-A FORWARD -d 127.0.0.0/8 ! -s 127.0.0.0/8 -m conntrack ! --ctstate "
                + "RELATED,ESTABLISHED,DNAT -j DROP",
        ])
    func passed(text: String) throws { #expect(try culprit(text) == nil) }

    @Test("a marked packet passes where only marked ones do")
    func marks() throws {
        var marked = packet
        marked.mark = 0x4000
        let rules = ":FORWARD DROP [0:0]\n-A FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT"
        #expect(try culprit(rules, marked) == nil)
        #expect(try culprit(rules) == "policy drop")
    }

    @Test("nft's output is walked like that of iptables")
    func nft() throws {
        let json = #"""
            {"nftables": [
              {"table": {"family": "inet", "name": "fw", "handle": 1}},
              {"set": {"family": "inet", "name": "bad", "table": "fw", "type": "ipv4_addr",
              "elem": [{"prefix": {"addr": "10.244.1.0", "len": 24}}, "192.0.2.1"]}},
              {"chain": {"family": "inet", "table": "fw", "name": "fwd", "handle": 1, "type": "filter",
              "hook": "forward", "prio": 10, "policy": "accept"}},
              {"rule": {"family": "inet", "table": "fw", "chain": "fwd", "handle": 2,
              "expr": [{"vmap": {"key": {"ct": {"key": "state"}},
              "data": {"set": [["established", {"accept": null}], ["invalid", {"drop": null}]]}}}]}},
              {"rule": {"family": "inet", "table": "fw", "chain": "fwd", "handle": 3,
              "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}},
              "right": {"set": [{"range": [8000, 8079]}, 22]}}}, {"drop": null}]}},
              {"rule": {"family": "inet", "table": "fw", "chain": "fwd", "handle": 4,
              "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}},
              "right": "@bad"}}, {"counter": {"packets": 0, "bytes": 0}},
              {"reject": {"type": "icmp", "expr": "port-unreachable"}}]}}
            ]}
            """#
        let table = try #require(try NFTListing.read(Array(json.utf8)).first)
        #expect(table.name == "table inet fw")
        let walk = FilterWalk(table: table)
        let chain = try #require(walk.chains(at: .forward).first)
        let culprit = walk.culprit(of: packet, in: chain.name, chain.chain, at: .forward)
        #expect(culprit?.rule == "ip daddr @bad counter reject (handle 4)")
        #expect(culprit?.priority == 10)
        var answer = packet
        answer.states = ["ESTABLISHED"]
        #expect(walk.culprit(of: answer, in: chain.name, chain.chain, at: .forward) == nil)
    }
}
