import ChildProcesses
import Foundation
import LabKit
import Testing

/// DNS as Pods use it: names from an API server, and everything in one process.
@Suite("DNS", .serialized)
struct DNSTests {
    private static let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
    private static let services = "/api/v1/namespaces/default/services"

    @Test("a changed endpoint is answered, and names survive the loss of the API server")
    func follow() async throws {
        let cluster = try await Cluster()
        let server = try await APIServerProcess(on: cluster.third)
        try await server.create(
            Self.services,
            """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"peers"},"spec":{"clusterIP":"None",
            "ports":[{"name":"http","port":80,"protocol":"TCP"}]}}
            """)
        try await server.create(
            Self.slices,
            """
            {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"peers-1",
            "labels":{"kubernetes.io/service-name":"peers"}},"addressType":"IPv4",
            "ports":[{"name":"http","port":80,"protocol":"TCP"}],"endpoints":[\(endpoint("10.244.0.7"))]}
            """)
        let dns = try await cluster.node.spawn([
            try Servicelet.binary(), "dns", "--kubeconfig", server.kubeconfig.path, "--bind-address",
            ClusterAddress.node, "--forward", "127.0.0.1:1",
        ])
        let name = "peers.default.svc.cluster.local"
        try await eventually("the first endpoint is answered", dns) {
            try await dig(cluster, ClusterAddress.node, name) == ["10.244.0.7"]
        }
        try await server.patch("\(Self.slices)/peers-1", #"{"endpoints":[\#(endpoint("10.244.0.8"))]}"#)
        try await eventually("the other endpoint is answered", dns) {
            try await dig(cluster, ClusterAddress.node, name) == ["10.244.0.8"]
        }
        #expect(try await get(cluster, 8181, "/ready") == "OK")

        try await server.kill()
        try await eventually("the server's absence is told", dns) {
            try await get(cluster, 8181, "/ready").contains("the API server is out of reach")
        }
        #expect(try await get(cluster, 9153, "/metrics").contains("\nservicelet_dns_api_reachable 0.0\n"))
        #expect(try await cluster.node.httpStatus(port: 8181, path: "/ready") == 200)
        #expect(try await dig(cluster, ClusterAddress.node, name) == ["10.244.0.8"])

        try await server.startAgain()
        try await server.patch("\(Self.slices)/peers-1", #"{"endpoints":[\#(endpoint("10.244.0.9"))]}"#)
        try await eventually("names follow again", dns) {
            try await dig(cluster, ClusterAddress.node, name) == ["10.244.0.9"]
        }
        #expect(try await get(cluster, 8181, "/ready") == "OK")
        dns.signal(SIGTERM)
        #expect(try await dns.exit(within: .patience) == .code(0), "\(dns.errors)")
        try await server.stop()
    }

    @Test("servicelet run answers Pods under the cluster IP of kube-dns, and the machine on its loopback")
    func run() async throws {
        let cluster = try await Cluster()
        let folder = try TemporaryFolder()
        let run = try await ProxyProcess(
            [
                try Servicelet.binary(), "run", "--data-dir", folder.url.appending(path: "data").path,
                "--hostname-override", "n1", "--cluster-cidr", ClusterAddress.podNetworks,
                "--conntrack-max-per-core", "0", "--dns-bind-address", "127.0.0.1,\(ClusterAddress.node)",
            ], on: cluster.node)
        let names = [
            "kubernetes.default.svc.cluster.local": "10.96.0.1", "kube-dns.kube-system.svc.cluster.local": "10.96.0.10",
        ]
        let deadline = ContinuousClock.now + .patience
        while try await dig(cluster, "10.96.0.10", "kubernetes.default.svc.cluster.local") != ["10.96.0.1"] {
            try #require(ContinuousClock.now < deadline, "\(run.log)")
        }
        for (name, address) in names {
            for option in ["+notcp", "+tcp"] {
                #expect(try await dig(cluster, "10.96.0.10", name, option) == [Substring(address)], "\(name) \(option)")
            }
            #expect(
                try await cluster.node.run("dig", "@127.0.0.1", "+short", name).split(separator: "\n")
                    == [Substring(address)])
        }
        try await run.stop()
    }

    private func endpoint(_ address: String) -> String {
        #"{"addresses":["\#(address)"],"conditions":{"ready":true}}"#
    }

    /// The answer to the client pod; empty if there is none.
    private func dig(_ cluster: Cluster, _ server: String, _ arguments: String...) async throws -> [Substring] {
        let dig = try await cluster.clientPod.spawn(
            ["dig", "@\(server)", "+short", "+tries=2", "+time=10"] + arguments)
        guard try await dig.exit(within: .patience) == .code(0) else { return [] }
        return dig.output.split(separator: "\n")
    }

    private func get(_ cluster: Cluster, _ port: Int, _ path: String) async throws -> String {
        try await cluster.node.run("curl", "--silent", "--max-time", "120", "http://127.0.0.1:\(port)\(path)")
    }

    /// Waits until `condition` holds; fails the test if it does not. The bound guards against hanging.
    private func eventually(
        _ what: String, _ dns: ChildProcess, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .patience
        while try await !condition() {
            try #require(
                dns.poll() == nil && ContinuousClock.now < deadline, "not in time: \(what)\n\(dns.errors)",
                sourceLocation: sourceLocation)
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
