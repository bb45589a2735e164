import LabKit
import Testing

/// From a kubeconfig file over HTTPS to packets: a real API server on another machine than the proxy's.
@Suite("With an API server", .serialized)
struct APIServerTests {
    private static let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
    private static let services = "/api/v1/namespaces/default/services"
    private let clusterIP = SocketAddress("10.96.0.50", 80)
    private let endpoints = ["10.244.0.7", "10.244.1.9"].map { SocketAddress($0, 80) }

    @Test(
        "Services are served, their changes are followed, and a restarted server is found again",
        arguments: ["nftables", "iptables"])
    func kubeconfigToPackets(mode: String) async throws {
        let cluster = try await Cluster()
        for endpoint in endpoints { try await cluster.serve(endpoint) }
        let server = try await APIServerProcess(on: cluster.third)
        try await createObjects(server)
        let proxy = try await ProxyProcess(
            Servicelet.proxy(kubeconfig: server.kubeconfig, mode: mode), on: cluster.node)
        for client in [cluster.pod, cluster.host] {
            #expect(try await client.connect(to: clusterIP).server == endpoints[0], "\(client.name)")
        }

        try await server.patch("\(Self.slices)/web-1", #"{"endpoints":[\#(endpoint(1))]}"#)
        try await eventually("the other endpoint answers", proxy) {
            try await cluster.pod.connect(to: clusterIP).server == endpoints[1]
        }

        try await server.kill()
        #expect(try await cluster.pod.connect(to: clusterIP).server == endpoints[1])
        try await server.startAgain()
        try await server.patch("\(Self.slices)/web-1", #"{"endpoints":[\#(endpoint(0))]}"#)
        try await eventually("the proxy follows again", proxy) {
            try await cluster.pod.connect(to: clusterIP).server == endpoints[0]
        }

        try await server.delete("\(Self.services)/web")
        try await eventually("nobody answers", proxy) {
            try await cluster.pod.connect(to: clusterIP, timeout: .milliseconds(200)).server == nil
        }
        try await proxy.stop()
        try await server.stop()
    }

    private func createObjects(_ server: APIServerProcess) async throws {
        try await server.create(
            "/api/v1/nodes",
            """
            {"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"},
            "status":{"addresses":[{"type":"InternalIP","address":"\(ClusterAddress.node)"}]}}
            """)
        try await server.create(
            Self.services,
            """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"clusterIP":"\(clusterIP.ip)",
            "ports":[{"name":"http","port":80,"protocol":"TCP"}]}}
            """)
        try await server.create(
            Self.slices,
            """
            {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"web-1",
            "labels":{"kubernetes.io/service-name":"web"}},"addressType":"IPv4",
            "ports":[{"name":"http","port":80,"protocol":"TCP"}],"endpoints":[\(endpoint(0))]}
            """)
    }

    private func endpoint(_ number: Int) -> String {
        #"{"addresses":["\#(endpoints[number].ip)"],"conditions":{"ready":true}}"#
    }

    /// Waits until `condition` holds; fails the test if it does not. The bound guards against hanging.
    private func eventually(
        _ what: String, _ proxy: ProxyProcess, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .patience
        while try await !condition() {
            try #require(
                ContinuousClock.now < deadline, "not in time: \(what)\n\(proxy.log)", sourceLocation: sourceLocation
            )
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
