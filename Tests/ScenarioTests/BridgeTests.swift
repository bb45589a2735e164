import LabKit
import Testing

/// Pods on a bridge, recognised by it (`--detect-local-mode BridgeInterface`).
@Suite("Pods on a bridge", .serialized)
struct BridgeTests {
    private static let pod = "10.244.0.130"
    private static let gateway = "10.244.0.129"
    private let remote = "10.244.1.8"
    private let local = "10.244.0.7"

    @Test("keep their address at the endpoint, and all others are masqueraded", arguments: ["nftables", "iptables"])
    func masquerade(mode: String) async throws {
        let service = ServiceManifest(endpoints: [remote])
        let lab = try await ProxyLab(
            service, mode: mode,
            arguments: ["--detect-local-mode", "BridgeInterface", "--pod-bridge-interface", "br0"])
        let bridged = try await connectBridgedPod(to: lab.cluster)
        let target = service.frontend()

        let fromPod = try await bridged.connect(to: target, from: Self.pod)
        #expect(fromPod == .served(by: SocketAddress(remote, 80), source: Self.pod))
        // This pod has its own interface, so it does not count as one on the bridge.
        for client in [lab.cluster.pod, lab.cluster.outsider] {
            guard case .served(_, let source) = try await client.connect(to: target) else {
                Issue.record("\(client.name) is not served")
                continue
            }
            #expect(source != client.source, "\(client.name)")
        }
        try await lab.proxy.stop()
    }

    @Test("reach themselves through their Service", arguments: ["nftables", "iptables"])
    func hairpin(mode: String) async throws {
        let service = ServiceManifest(nodeName: "n1", endpoints: [local])
        let lab = try await ProxyLab(
            service, mode: mode,
            arguments: ["--detect-local-mode", "BridgeInterface", "--pod-bridge-interface", "br0"])
        let bridged = try await connectBridgedPod(to: lab.cluster)
        try await bridged.serve(SocketAddress(Self.pod, 80))
        var changed = service
        changed.endpoints = [Self.pod]
        try lab.apply(changed)
        try await lab.eventually("the pod is served by itself") {
            try await bridged.connect(to: service.frontend(), from: Self.pod).server?.ip == Self.pod
        }
        try await lab.proxy.stop()
    }

    /// A pod whose interface is a port of the node's bridge br0.
    private func connectBridgedPod(to cluster: Cluster) async throws -> NetworkNamespace {
        let pod = try await NetworkNamespace(name: "pod-bridged")
        try await cluster.node.ip(
            "link add br0 type bridge", "addr add \(Self.gateway)/25 dev br0", "link set br0 up",
            "link add vethbr index 3000 type veth peer name eth0 netns \(try await pod.path)",
            // The setting of pods' bridges that lets a pod reach itself.
            "link set vethbr master br0", "link set vethbr type bridge_slave hairpin on", "link set vethbr up")
        try await pod.ip(
            "link set lo up", "addr add \(Self.pod)/25 dev eth0", "link set eth0 up",
            "route add default via \(Self.gateway)")
        return pod
    }
}
