/// A small cluster on one machine, made of network namespaces, with real packets.
///
///     outside ── eth0  node n1  eth1 ── remote (n2)       pods 10.244.0.x, fd00:10:244::x: one namespace each,
///                     172.30.0.2  eth2 ── third (n3)       routed by the node over veth<x>
///
/// The node under test is `node`. Pods of the two other nodes are addresses on their loopbacks, as are the clients
/// outside. For one task: it is not `Sendable`, but its namespaces are. Everything is removed with the cluster.
package final class Cluster {
    /// The node under test, where the proxy runs.
    package let node: NetworkNamespace
    /// Another node, with the endpoints of 10.244.1.0/24 and all that have no other place.
    package let remote: NetworkNamespace
    /// A third node, with only a client pod.
    package let third: NetworkNamespace
    /// The world outside the cluster, whose default route is the node.
    package let outside: NetworkNamespace
    /// A pod of the node that is only a client.
    package let clientPod: NetworkNamespace

    private var pods: [Substring: NetworkNamespace] = [:]
    private var addresses: Set<String> = []
    private var nextIndex = 1000

    /// Builds the cluster; takes a fraction of a second. Throws ``LabError/Code/notPermitted`` without root.
    package init() async throws {
        node = try await NetworkNamespace(name: "n1")
        remote = try await NetworkNamespace(name: "n2")
        third = try await NetworkNamespace(name: "n3")
        outside = try await NetworkNamespace(name: "outside")
        clientPod = try await NetworkNamespace(name: "pod-250")
        for router in [node, remote, third, outside] { try await router.beRouter() }
        try await connectNodes()
        try await addPod(clientPod, number: "250")
        pods["250"] = clientPod
        for ip in [ClusterAddress.clientPod, ClusterAddress.clientPod6] {
            try await addAddress(ip, to: clientPod, "250")
        }
    }

    /// The namespace that holds an endpoint's address: a pod of the node, or the remote node. Created if it does not
    /// exist.
    package func home(of ip: String) async throws -> NetworkNamespace {
        guard ip.hasPrefix(ClusterAddress.podPrefix) || ip.hasPrefix(ClusterAddress.podPrefix6) else {
            try await addRemoteAddress(ip)
            return remote
        }
        let number = ip[(ip.lastIndex { $0 == "." || $0 == ":" }.map(ip.index(after:)) ?? ip.startIndex)...]
        let pod: NetworkNamespace
        if let known = pods[number] {
            pod = known
        } else {
            pod = try await NetworkNamespace(name: "pod-\(number)")
            try await addPod(pod, number: number)
            pods[number] = pod
        }
        try await addAddress(ip, to: pod, number)
        return pod
    }

    /// Starts a server at an endpoint's address, creating its pod if necessary.
    @discardableResult
    package func serve(_ endpoint: SocketAddress, over transport: Transport = .tcp) async throws -> NetworkNamespace {
        let home = try await home(of: endpoint.ip)
        try await home.serve(endpoint, over: transport)
        return home
    }

    private func connectNodes() async throws {
        try await node.ip(
            "link set lo up",
            cable("eth0", to: outside),
            cable("eth1", to: remote),
            cable("eth2", to: third),
            "addr add \(ClusterAddress.node)/24 dev eth0", "addr add \(ClusterAddress.node6)/64 dev eth0 nodad",
            "addr add 172.31.0.1/24 dev eth1", "addr add fd00:172:31::1/64 dev eth1 nodad",
            "addr add 172.32.0.1/24 dev eth2", "addr add fd00:172:32::1/64 dev eth2 nodad",
            "addr add \(ClusterAddress.podGateway)/32 dev lo",
            "link set eth0 up", "link set eth1 up", "link set eth2 up",
            "route add default via 172.30.0.1", "route add ::/0 via fd00:172:30::1",
            "route add 10.244.1.0/24 via 172.31.0.2", "route add fd00:10:244:1::/64 via fd00:172:31::2",
            "route add 10.244.2.0/24 via 172.32.0.2", "route add fd00:10:244:2::/64 via fd00:172:32::2")
        try await outside.attach(
            "172.30.0.1/24", "fd00:172:30::1/64", via: ClusterAddress.node, ClusterAddress.node6,
            from: ClusterAddress.outside, ClusterAddress.outside6)
        try await remote.attach(
            "172.31.0.2/24", "fd00:172:31::2/64", via: "172.31.0.1", "fd00:172:31::1",
            from: "10.244.1.1", "fd00:10:244:1::1")
        try await third.attach(
            "172.32.0.2/24", "fd00:172:32::2/64", via: "172.32.0.1", "fd00:172:32::1",
            from: ClusterAddress.remotePod, ClusterAddress.remotePod6)
        try await outside.ip(
            "addr add \(ClusterAddress.outsideOther)/32 dev lo",
            "addr add \(ClusterAddress.outsideOther6)/128 dev lo nodad")
    }

    /// The `ip` line for a cable from the node to the eth0 of another namespace.
    ///
    /// If both ends had the same index, as the first links of two namespaces do, the kernel would not recognize them as
    /// a pair, and would report one of them up as much as a second late. So the node's ends get distinct indexes.
    private func cable(_ name: String, to other: NetworkNamespace) async throws -> String {
        nextIndex += 1
        return "link add \(name) index \(nextIndex) type veth peer name eth0 netns \(try await other.path)"
    }

    private func addPod(_ pod: NetworkNamespace, number: Substring) async throws {
        try await pod.trustAddresses()
        let link = "veth\(number)"
        try await node.ip(
            cable(link, to: pod),
            "addr add fe80::1/64 dev \(link) nodad", "link set \(link) up")
        try await pod.ip("link set lo up", "link set eth0 up", "route add ::/0 via fe80::1 dev eth0")
    }

    private func addAddress(_ ip: String, to pod: NetworkNamespace, _ number: Substring) async throws {
        guard addresses.insert(ip).inserted else { return }
        if ip.contains(":") {
            try await pod.ip("addr add \(ip)/128 dev eth0 nodad")
        } else {
            let gateway = ClusterAddress.podGateway
            try await pod.ip(
                "addr add \(ip)/32 dev eth0", "route add \(gateway) dev eth0 scope link",
                "route add default via \(gateway)")
        }
        try await node.ip("route add \(ip) dev veth\(number)")
    }

    private func addRemoteAddress(_ ip: String) async throws {
        guard addresses.insert(ip).inserted else { return }
        let isIPv6 = ip.contains(":")
        try await remote.ip("addr add \(ip)/\(isIPv6 ? "128 dev lo nodad" : "32 dev lo")")
        guard !ip.hasPrefix("10.244.1."), !ip.hasPrefix("fd00:10:244:1:") else { return }
        try await node.ip("route add \(ip) via \(isIPv6 ? "fd00:172:31::2" : "172.31.0.2")")
    }
}

extension NetworkNamespace {
    /// Forwards packets, and does not rate-limit refusals: the lab causes more than a network would.
    fileprivate func beRouter() throws {
        try set("net/ipv4/ip_forward", to: "1")
        try set("net/ipv6/conf/all/forwarding", to: "1")
        for scope in ["all", "default"] { try set("net/ipv4/conf/\(scope)/rp_filter", to: "0") }
        // Which ICMP messages are rate-limited: none. (255 is not a type.)
        try set("net/ipv4/icmp_ratemask", to: "0")
        try set("net/ipv6/icmp/ratemask", to: "255")
        try trustAddresses()
    }

    /// Makes link-local addresses usable at once, without a second of duplicate address detection.
    fileprivate func trustAddresses() throws {
        for scope in ["all", "default"] { try set("net/ipv6/conf/\(scope)/accept_dad", to: "0") }
    }

    /// Gives eth0 its addresses, and a default route over the gateways from the addresses that its clients use.
    fileprivate func attach(
        _ ip: String, _ ip6: String, via gateway: String, _ gateway6: String, from source: String, _ source6: String
    ) async throws {
        try await self.ip(
            "link set lo up", "addr add \(ip) dev eth0", "addr add \(ip6) dev eth0 nodad", "link set eth0 up",
            "addr add \(source)/32 dev lo", "addr add \(source6)/128 dev lo nodad",
            "route add default via \(gateway) src \(source)", "route add ::/0 via \(gateway6) src \(source6)")
    }
}
