import ChildProcesses
import Foundation
import LabKit
import Testing

/// The program instead of kube-proxy, with kubeadm's arguments and ConfigMap.
@Suite("Replacing kube-proxy", .serialized)
struct DropInTests {
    private static let services = "/api/v1/namespaces/default/services"
    private static let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
    private let local = SocketAddress("10.244.0.7", 80)
    private let distant = SocketAddress("10.244.1.9", 80)
    private let clusterIP = SocketAddress("10.96.0.50", 80)

    /// kubeadm's ConfigMap `kube-proxy`, as mounted.
    private func configuration(kubeconfig: URL, mode: String) -> String {
        """
        apiVersion: kubeproxy.config.k8s.io/v1alpha1
        bindAddress: 0.0.0.0
        bindAddressHardFail: false
        clientConnection:
          acceptContentTypes: ""
          burst: 0
          contentType: ""
          kubeconfig: \(kubeconfig.path)
          qps: 0
        clusterCIDR: ""
        configSyncPeriod: 0s
        conntrack:
          maxPerCore: 0
          min: null
          tcpBeLiberal: false
          tcpCloseWaitTimeout: null
          tcpEstablishedTimeout: null
          udpStreamTimeout: 0s
          udpTimeout: 0s
        detectLocal: {bridgeInterface: "", interfaceNamePrefix: ""}
        detectLocalMode: NodeCIDR
        enableProfiling: false
        healthzBindAddress: ""
        hostnameOverride: ""
        iptables: {localhostNodePorts: null, masqueradeAll: false, masqueradeBit: null, minSyncPeriod: 0s,
        syncPeriod: 0s}
        kind: KubeProxyConfiguration
        logging: {flushFrequency: 0, options: {json: {infoBufferSize: "0"}, text: {infoBufferSize: "0"}}, verbosity: 0}
        metricsBindAddress: ""
        mode: "\(mode)"
        nodePortAddresses: null
        oomScoreAdj: null
        portRange: ""
        showHiddenMetricsForVersion: ""
        winkernel: {enableDSR: false, networkName: "", sourceVip: ""}

        """
    }

    private func createObjects(_ server: APIServerProcess) async throws {
        try await server.create(
            "/api/v1/nodes",
            """
            {"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"},
            "spec":{"podCIDR":"10.244.0.0/24","podCIDRs":["10.244.0.0/24"]},
            "status":{"addresses":[{"type":"InternalIP","address":"\(ClusterAddress.node)"}]}}
            """)
        try await server.create(
            Self.services,
            """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"clusterIP":"\(clusterIP.ip)",
            "type":"LoadBalancer","externalTrafficPolicy":"Local","healthCheckNodePort":31234,
            "ports":[{"name":"http","port":80,"protocol":"TCP"}]}}
            """)
        try await server.create(Self.slices, slice(local: true))
    }

    private func slice(local isLocal: Bool) -> String {
        let endpoint = isLocal ? local : distant
        return """
            {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"web-1",
            "labels":{"kubernetes.io/service-name":"web"}},"addressType":"IPv4",
            "ports":[{"name":"http","port":80,"protocol":"TCP"}],
            "endpoints":[{"addresses":["\(endpoint.ip)"],"nodeName":"\(isLocal ? "n1" : "n2")",
            "conditions":{"ready":true}}]}
            """
    }

    @Test("it serves, answers and reports as kube-proxy, and exits when its file changes", arguments: ["", "nftables"])
    func kubeadm(mode: String) async throws {
        let cluster = try await Cluster()
        for endpoint in [local, distant] { try await cluster.serve(endpoint) }
        let server = try await APIServerProcess(on: cluster.third)
        try await createObjects(server)
        let folder = try TemporaryFolder()
        try folder.write(configuration(kubeconfig: server.kubeconfig, mode: mode), to: "config.conf")
        let program = folder.url.appending(path: "kube-proxy").path
        try FileManager.default.createSymbolicLink(atPath: program, withDestinationPath: try Servicelet.binary())
        let config = folder.url.appending(path: "config.conf").path
        let process = try await cluster.node.spawn([program, "--config=\(config)", "--hostname-override=n1"])
        try await eventually("healthy", process) {
            try await cluster.node.httpStatus(port: 10256, path: "/healthz") == 200
        }

        #expect(try await cluster.pod.connect(to: clusterIP).server == local)
        #expect(try await answer("/proxyMode", from: cluster.node) == (mode.isEmpty ? "iptables" : mode))
        #expect(try await answer("/configz", from: cluster.node).contains(#""detectLocalMode":"NodeCIDR""#))
        #expect(try await answer("/metrics", from: cluster.node).contains("\nkubernetes_build_info{"))

        // A load balancer queries from outside, on any path.
        let check = try await cluster.outsider.namespace.run(
            "curl", "--silent", "--include", "http://\(ClusterAddress.node):31234/any/path")
        #expect(check.contains("200 OK"), "\(check)")
        #expect(check.lowercased().contains("x-load-balancing-endpoint-weight: 1"), "\(check)")
        #expect(check.contains("\"localEndpoints\": 1"), "\(check)")
        try await server.patch(
            "\(Self.slices)/web-1",
            #"{"endpoints":[{"addresses":["\#(distant.ip)"],"nodeName":"n2","conditions":{"ready":true}}]}"#)
        try await eventually("no local endpoint", process) {
            try await cluster.outsider.namespace.run(
                "curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}",
                "http://\(ClusterAddress.node):31234/") == "503"
        }

        try await eventually("an Event on the Node", process) {
            let events = try await server.get("/apis/events.k8s.io/v1/namespaces/default/events")
            return events.contains(#""reason":"Starting""#) && events.contains(#""reportingController":"kube-proxy""#)
        }

        try folder.write(configuration(kubeconfig: server.kubeconfig, mode: mode) + "# changed\n", to: "config.conf")
        #expect(try await process.exit(within: .patience) == .code(1))
        #expect(process.errors.contains("config.conf has changed"), "\(process.errors)")
        // What it has programmed stays in force.
        #expect(try await cluster.pod.connect(to: clusterIP).server == distant)
        try await server.stop()
    }

    @Test("changed pod networks of the Node end it")
    func podNetworks() async throws {
        let cluster = try await Cluster()
        let server = try await APIServerProcess(on: cluster.third)
        try await createObjects(server)
        let process = try await cluster.node.spawn([
            try Servicelet.binary(), "proxy", "--kubeconfig", server.kubeconfig.path, "--hostname-override", "n1",
            "--detect-local-mode=NodeCIDR", "--conntrack-max-per-core=0",
        ])
        try await eventually("healthy", process) {
            try await cluster.node.httpStatus(port: 10256, path: "/healthz") == 200
        }
        #expect(process.errors.contains("this node's pods are in 10.244.0.0/24"), "\(process.errors)")
        try await server.delete("/api/v1/nodes/n1")
        try await server.create(
            "/api/v1/nodes",
            """
            {"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"},
            "spec":{"podCIDR":"10.244.9.0/24","podCIDRs":["10.244.9.0/24"]}}
            """)
        #expect(try await process.exit(within: .patience) == .code(1))
        #expect(process.errors.contains("the pod networks of Node n1 are 10.244.9.0/24 now"), "\(process.errors)")
        try await server.stop()
    }

    @Test("--init-only applies privileged settings, in its own network namespace, and exits")
    func initOnly() async throws {
        let cluster = try await Cluster()
        let setting = "/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_close_wait"
        try await cluster.node.run("sh", "-c", "echo 60 > \(setting)")
        let localnet = "/proc/sys/net/ipv4/conf/all/route_localnet"
        try await cluster.node.run("sh", "-c", "echo 0 > \(localnet)")
        let process = try await cluster.node.spawn([
            try Servicelet.binary(), "proxy", "--init-only", "--proxy-mode=iptables", "--hostname-override=n1",
            "--conntrack-max-per-core=0",
        ])
        #expect(try await process.exit(within: .patience) == .code(0), "\(process.errors)")
        #expect(try await cluster.node.run("cat", setting) == "3600\n")
        #expect(try await cluster.node.run("cat", localnet) == "1\n")
        #expect(try await !cluster.node.run("iptables-nft-save").contains("KUBE-"))
    }

    private func answer(_ path: String, from node: NetworkNamespace) async throws -> String {
        try await node.run("curl", "--silent", "http://127.0.0.1:10249\(path)")
    }

    /// Waits until `condition` holds; fails the test if it does not. The bound guards against hanging.
    private func eventually(
        _ what: String, _ process: ChildProcess, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .patience
        while try await !condition() {
            try #require(
                ContinuousClock.now < deadline && process.poll() == nil, "not in time: \(what)\n\(process.errors)",
                sourceLocation: sourceLocation)
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
