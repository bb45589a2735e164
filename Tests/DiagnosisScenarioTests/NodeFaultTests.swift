import ChildProcesses
import Foundation
import LabKit
import Testing

/// Faults of this machine: its kernel, its proxy, its network, other programs.
@Suite("Faults of the node", .serialized)
struct NodeFaultTests {
    @Test("the answer names the fault and nothing else", arguments: kernel + machine + network)
    func fault(_ fault: Fault) async throws {
        for mode in fault.modes { try await fault.run(mode: mode) }
    }

    // MARK: The kernel, with the proxy dead, so that it cannot repair it

    static let stopped = "proxy proxyNotRunning"

    static let kernel: [Fault] = [
        Fault(
            name: "the proxy does not run", modes: ["nftables", "iptables", "userspace"],
            inject: { try await $0.killProxy() }, faults: [stopped],
            words: ["no proxy runs on this node"]),
        Fault(
            name: "the table is gone", modes: ["nftables"],
            inject: { lab in
                try await lab.killProxy()
                try await lab.node("nft", "delete", "table", "ip", "servicelet")
                try await lab.node("nft", "delete", "table", "ip6", "servicelet")
            }, faults: [stopped, "kernel nothingProgrammed"], words: ["nothing is programmed in nftables mode"]),
        Fault(
            name: "the table of one family is gone", modes: ["nftables"],
            inject: { lab in
                try await lab.killProxy()
                try await lab.node("nft", "delete", "table", "ip", "servicelet")
            }, question: ["10.96.0.5:80"], faults: [stopped, "kernel frontendMissing", "kernel damage"],
            words: ["the kernel lacks 10.96.0.5:80/TCP", "table ip servicelet is missing"]),
        Fault(
            name: "an element is gone", modes: ["nftables"],
            inject: { lab in
                try await lab.killProxy()
                try await lab.node(
                    "nft", "delete", "element", "ip", "servicelet", "services", "{ 10.96.0.5 . tcp . 80 }")
            }, faults: [stopped, "kernel frontendMissing"], words: ["the kernel lacks 10.96.0.5:80/TCP"]),
        Fault(
            name: "the backends are gone", modes: ["nftables"],
            inject: { lab in
                try await lab.killProxy()
                try await lab.node("nft", "flush", "map", "ip", "servicelet", "endpoints")
            }, question: ["10.96.0.5:80"], faults: [stopped, "kernel frontendDiffers"],
            words: ["10.244.0.7:8080, 10.244.1.9:8080 is missing"]),
        Fault(
            name: "a rule is gone", modes: ["nftables"],
            inject: { lab in
                try await lab.killProxy()
                try await lab.node("nft", "flush", "chain", "ip", "servicelet", "source-nat")
            }, faults: [stopped, "kernel damage"],
            words: ["rules of chain source-nat in table ip servicelet is missing or altered"]),
        Fault(
            name: "the element of another Service is gone", modes: ["nftables"],
            inject: { lab in
                try await lab.killProxy()
                try await lab.node(
                    "nft", "delete", "element", "ip", "servicelet", "services", "{ 10.96.0.53 . udp . 53 }")
            }, faults: [stopped], words: []),
        Fault(
            name: "a rule of the Service is gone", modes: ["iptables"],
            inject: { lab in
                try await lab.killProxy()
                try await lab.node(
                    "sh", "-c",
                    "iptables -t nat -S KUBE-SERVICES | grep 10.96.0.5/32 | sed s/-A/-D/ | sed 's/^/-t nat /' | xargs "
                        + "-n 100 iptables"
                )
            }, faults: [stopped, "kernel frontendMissing"], words: ["the kernel lacks 10.96.0.5:80/TCP"]),
        Fault(
            name: "the chain of the Service is empty", modes: ["iptables"],
            inject: { lab in
                try await lab.killProxy()
                try await lab.node(
                    "sh", "-c",
                    "iptables -t nat -F $(iptables -t nat -S | grep -o '^-N KUBE-SVC-.*' | cut -d' ' -f2 | while read "
                        + "c; do iptables -t nat -S $c | grep -q 'shop/web:http -> ' && echo $c; done)"
                )
            }, question: ["10.96.0.5:80"], faults: [stopped, "kernel frontendMissing"],
            words: ["the kernel lacks 10.96.0.5:80/TCP", "leads nowhere"]),
        Fault(
            name: "the jump to Services is gone", modes: ["iptables"],
            inject: { lab in
                try await lab.killProxy()
                try await lab.node("iptables", "-t", "nat", "-F", "PREROUTING")
            }, faults: [stopped, "kernel damage"], words: ["chain PREROUTING of table nat (IPv4)"]),
        Fault(
            name: "the masquerading rule is gone", modes: ["iptables"],
            inject: { lab in
                try await lab.killProxy()
                try await lab.node("iptables", "-t", "nat", "-F", "KUBE-POSTROUTING")
            }, faults: [stopped, "kernel damage"], words: ["chain KUBE-POSTROUTING of table nat (IPv4)"]),
        Fault(
            name: "the proxy is stopped", modes: ["nftables", "iptables", "userspace"],
            inject: { $0.proxy?.signal(SIGSTOP) }, faults: ["proxy proxySilent"],
            words: ["is stopped, so nothing follows changes", "kill -CONT"]),
        Fault(
            name: "the proxy has too old a view",
            inject: { lab in
                lab.proxy?.signal(SIGSTOP)
                let text = try lab.manifests.read("shop.yaml").replacing("10.96.0.5", with: "10.96.0.4")
                try lab.manifests.write(text, to: "shop.yaml")
            }, question: ["shop/web", "--from", "pod"],
            faults: ["proxy proxySilent", "kernel frontendMissing"], words: ["the kernel lacks 10.96.0.4:80/TCP"]),
    ]

    // MARK: Settings, limits and other programs

    static let machine: [Fault] = [
        Fault(
            name: "forwarding is off", inject: { try await $0.cluster.node.set("net/ipv4/ip_forward", to: "0") },
            faults: ["machine forwardingOff"],
            words: ["this machine does not forward IPv4 packets", "sysctl -w net.ipv4.ip_forward=1"]),
        Fault(
            name: "forwarding is off for the interface that answers come in on",
            inject: { try await $0.cluster.node.set("net/ipv4/conf/eth1/forwarding", to: "0") },
            question: ["shop/web", "--from", "pod"], faults: ["machine forwardingOff"],
            words: ["does not forward IPv4 packets that come in on eth1", "net.ipv4.conf.eth1.forwarding=1"]),
        Fault(
            name: "the reverse path filter is strict and routes are asymmetric",
            inject: { lab in
                let remote = try await lab.cluster.remote.path
                try await lab.cluster.node.ip(
                    "link add eth9 index 4009 type veth peer name eth9 netns \(remote)",
                    "addr add 172.33.0.1/24 dev eth9",
                    "link set eth9 up")
                try await lab.cluster.remote.ip(
                    "addr add 172.33.0.2/24 dev eth9", "link set eth9 up",
                    "route add 172.31.0.1/32 via 172.33.0.1 dev eth9")
                // The filter would also treat the neighbour solicitation as a stray packet.
                try await lab.cluster.remote.set("net/ipv4/conf/eth9/arp_announce", to: "2")
                for interface in ["all", "eth9", "eth1"] {
                    try await lab.cluster.node.set("net/ipv4/conf/\(interface)/rp_filter", to: "1")
                }
            }, faults: ["machine reversePathFilter"], words: ["IPReversePathFilter", "rp_filter is strict (1)"]),
        Fault(
            name: "packets between pods on a bridge pass no rules",
            edits: [("10.244.0.7", "10.244.0.60")], serves: false,
            inject: { lab in
                try await Bridge.add("10.244.0.60", to: lab)
                try await lab.cluster.serve(SocketAddress("10.244.1.9", 8080))
                try await lab.cluster.node.set("net/bridge/bridge-nf-call-iptables", to: "0")
            }, faults: ["machine bridgeFilterOff"], words: ["net.bridge.bridge-nf-call-iptables is 0"]),
        Fault(
            name: "pods on a bridge with the filter on", edits: [("10.244.0.7", "10.244.0.60")], serves: false,
            inject: { lab in
                try await Bridge.add("10.244.0.60", to: lab)
                try await lab.cluster.serve(SocketAddress("10.244.1.9", 8080))
                try await lab.cluster.node.set("net/bridge/bridge-nf-call-iptables", to: "1")
            }, faults: [], words: []),
        Fault(
            name: "the table of connections is full",
            prefix: [
                "unshare", "-m", "sh", "-c",
                "f=$(mktemp); echo 262144 > $f; mount --bind $f /proc/sys/net/netfilter/nf_conntrack_count; rm $f; "
                    + "exec \"$@\"",
                "sh",
            ],
            faults: ["machine conntrackFull"], words: ["262144 of 262144 entries"]),
        Fault(
            name: "another table drops",
            inject: { lab in
                try await lab.node("nft", "add", "table", "inet", "firewall")
                try await lab.node(
                    "nft", "add", "chain", "inet", "firewall", "guard", "{ type filter hook forward priority 10; }")
                try await lab.node(
                    "nft", "add", "rule", "inet", "firewall", "guard", "ct state established,related", "accept")
                try await lab.node("nft", "add", "rule", "inet", "firewall", "guard", "tcp dport 8080", "drop")
            }, faults: ["rules dropped"],
            words: [
                "a rule in chain guard of table inet firewall drops packets to its endpoints", "tcp dport 8080 drop",
            ]),
        Fault(
            name: "another table drops before the translation",
            inject: { try await $0.addEarlyRule("ip daddr 10.96.0.0/12 drop") },
            question: ["shop/web", "--from", "pod"], faults: ["rules dropped"], words: ["ip daddr 10.96.0.0/12 drop"]),
        Fault(
            name: "a DROP in FORWARD",
            inject: { try await $0.node("iptables", "-I", "FORWARD", "-p", "tcp", "-j", "DROP") },
            faults: ["rules dropped"],
            words: ["chain FORWARD of iptables table filter drops", "-A FORWARD -p tcp -j DROP"]),
        Fault(
            name: "the policy of FORWARD is DROP", inject: { try await $0.node("iptables", "-P", "FORWARD", "DROP") },
            question: ["shop/web", "--from", "10.244.0.250"],
            faults: ["rules dropped"], words: ["the policy of chain FORWARD of iptables table filter drops"]),
        Fault(
            name: "packets to Services are not tracked",
            inject: {
                try await $0.node(
                    "iptables", "-t", "raw", "-A", "PREROUTING", "-d", "10.96.0.0/12", "-j", "CT", "--notrack")
            },
            question: ["10.96.0.5:80", "--from", "pod"], faults: ["rules bypassed"],
            words: ["exempts packets to the Service from connection tracking", "-j CT --notrack"]),
        Fault(
            name: "a rule of nft exempts packets to Services from tracking",
            inject: { try await $0.addEarlyRule("ip daddr 10.96.0.0/12 notrack") },
            question: ["10.96.0.5:80", "--from", "pod"], faults: ["rules bypassed"],
            words: ["a rule in chain raw of table ip early exempts packets"]),
        Fault(
            name: "a rule before those of Services accepts", modes: ["iptables"],
            inject: {
                try await $0.node("iptables", "-t", "nat", "-I", "PREROUTING", "-d", "10.96.0.5", "-j", "ACCEPT")
            },
            question: ["10.96.0.5:80", "--from", "pod"], faults: ["rules bypassed"],
            words: ["decides about packets to the Service before", "-A PREROUTING -d 10.96.0.5/32 -j ACCEPT"]),
        Fault(
            name: "rules that drop something else",
            inject: { lab in
                try await lab.node("iptables", "-A", "FORWARD", "-p", "tcp", "--dport", "25", "-j", "DROP")
                try await lab.node("iptables", "-A", "FORWARD", "-m", "conntrack", "--ctstate", "INVALID", "-j", "DROP")
                try await lab.node("iptables", "-A", "FORWARD", "-s", "198.18.0.0/15", "-j", "REJECT")
                try await lab.node(
                    "iptables", "-t", "raw", "-A", "PREROUTING", "-d", "10.96.0.10", "-j", "CT", "--notrack")
                try await lab.node("iptables", "-t", "nat", "-I", "PREROUTING", "-d", "198.18.0.1", "-j", "ACCEPT")
                try await lab.node("nft", "add", "table", "inet", "firewall")
                try await lab.node(
                    "nft", "add", "chain", "inet", "firewall", "guard", "{ type filter hook forward priority 10; }")
                try await lab.node(
                    "nft", "add", "rule", "inet", "firewall", "guard",
                    "ct state vmap { established : accept, invalid : drop }")
                try await lab.node("nft", "add", "rule", "inet", "firewall", "guard", "tcp dport 8081", "drop")
            }, faults: [], words: []),
        Fault(
            name: "a process holds the node port",
            inject: { try await $0.cluster.node.serve(SocketAddress("0.0.0.0", 30080)) },
            faults: ["frontends nodePortHeld"], words: ["node port 30080/TCP is also held by"]),
        Fault(
            name: "a UDP flow goes to an endpoint that has gone",
            inject: { lab in
                // Otherwise the proxy may remove the flow: it searches twice after its start.
                try await lab.killProxy()
                try await lab.node(
                    "conntrack", "-I", "-p", "udp", "-s", "10.244.0.250", "-d", "10.96.0.53", "--sport", "5000",
                    "--dport",
                    "53", "--reply-src", "10.244.0.99", "--reply-dst", "10.244.0.250", "--reply-port-src", "5353",
                    "--reply-port-dst", "5000", "-t", "60")
            }, question: ["shop/names"], faults: [stopped, "conntrack staleFlow"],
            words: ["a UDP flow of 10.244.0.250:5000 still goes to 10.244.0.99:5353, which no longer serves"]),
    ]

    // MARK: The path to the backends, and the backends

    static let network: [Fault] = [
        Fault(
            name: "there is no route to the pod network, and none by default",
            inject: { try await $0.cluster.node.ip("route del 10.244.1.0/24", "route del default") },
            faults: ["path noRoute"], words: ["this node has no route to 10.244.1.9"]),
        Fault(
            name: "packets for the pod network leave by the default route",
            inject: { try await $0.cluster.node.ip("route del 10.244.1.0/24") },
            faults: ["path defaultRoute"],
            words: ["this node has no route to the pod network of 10.244.1.9", "via 172.30.0.1 dev eth0"]),
        Fault(
            name: "the MTU is wrong", inject: { try await $0.cluster.remote.ip("link set eth0 mtu 1300") },
            faults: ["path packetsTooLarge"], words: ["large packets get lost on the way to 10.244.1.9"]),
        Fault(
            name: "the other node is down", inject: { try await $0.cluster.remote.ip("link set eth0 down") },
            faults: ["backend backendSilent"], words: ["10.244.1.9:8080 does not answer this node"]),
        Fault(
            name: "the server listens on 127.0.0.1 only", serves: false,
            inject: { lab in
                try await lab.cluster.serve(SocketAddress("10.244.1.9", 8080))
                let pod = try await lab.cluster.home(of: "10.244.0.7")
                try await Listening.start("127.0.0.1:8080", in: pod, lab)
            }, faults: ["backend loopbackOnly"],
            words: ["the server of pod web-1 listens on 127.0.0.1:8080 only"]),
        Fault(
            name: "a firewall in the pod rejects", serves: false,
            inject: { lab in
                try await lab.cluster.serve(SocketAddress("10.244.1.9", 8080))
                let pod = try await lab.cluster.home(of: "10.244.0.7")
                try await pod.run(
                    "iptables", "-I", "INPUT", "-p", "tcp", "--dport", "8080", "-j", "REJECT", "--reject-with",
                    "tcp-reset")
                try await Listening.start("0.0.0.0:8080", in: pod, lab)
            }, faults: ["backend backendRefuses"],
            words: ["10.244.0.7:8080 of pod web-1 refuses connections from this node, although a server listens there"]
        ),
        Fault(
            name: "the address is an endpoint's", question: ["10.244.0.7:8080"], faults: ["service noSuchAddress"],
            words: ["10.244.0.7 is an endpoint of shop/web, not"]),
        Fault(
            name: "nobody listens in one pod", serves: false,
            inject: { try await $0.cluster.serve(SocketAddress("10.244.1.9", 8080)) },
            faults: ["backend backendRefuses"], words: ["nobody listens at 10.244.0.7:8080 of pod web-1"]),
    ]
}

/// A server that is a process, as only the sockets of processes are found in /proc.
private enum Listening {
    static func start(_ address: String, in pod: NetworkNamespace, _ lab: FaultLab) async throws {
        lab.processes.append(try await pod.spawn([try Servicelet.binary(), "check", "--serve", address]))
        try await lab.eventually("it listens") { try await pod.run("ss", "-ltn").contains(address) }
    }
}

/// A pod on a bridge of the node.
private enum Bridge {
    static func add(_ ip: String, to lab: FaultLab) async throws {
        let pod = try await lab.cluster.home(of: ip)
        try await lab.cluster.node.ip(
            "link add cni0 type bridge", "link set cni0 up", "link set veth60 master cni0",
            "addr add 10.244.0.1/32 dev cni0", "route replace \(ip) dev cni0")
        try await pod.serve(SocketAddress(ip, 8080))
    }
}
