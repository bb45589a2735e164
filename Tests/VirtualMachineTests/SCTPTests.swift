import Foundation
import LabKit
import Testing

/// SCTP associations in each mode; needs a kernel with SCTP sockets.
@Suite("SCTP", .serialized)
struct SCTPTests {
    private let clusterIP = SocketAddress("10.96.0.5", 3868)
    private let nodePort = SocketAddress(ClusterAddress.node, 30868)
    private let unserved = SocketAddress("10.96.0.6", 3868)

    @Test(
        "associations reach every endpoint, and fail if there is none",
        arguments: ["nftables", "iptables", "ipvs"])
    func associations(mode: String) async throws {
        let cluster = try await Cluster()
        let endpoints: Set = ["10.244.0.7", "10.244.1.8"]
        for endpoint in endpoints { try await cluster.serve(SocketAddress(endpoint, 3868), over: .sctp) }
        let manifests = try TemporaryFolder()
        try manifests.write(Self.yaml, to: "diameter.yaml")
        let proxy = try await ProxyProcess(
            Servicelet.proxy(manifests: manifests.url, mode: mode), on: cluster.node)
        for client in [cluster.pod, cluster.host, cluster.outsider] {
            var served: Set<String> = []
            for _ in 0..<12 {
                let outcome = try await client.connect(to: clusterIP, over: .sctp, timeout: .answer)
                served.insert(outcome.server?.ip ?? outcome.description)
            }
            #expect(served == endpoints, "\(mode): clusterIP from \(client.name)")
        }
        let outside = try await cluster.outsider.connect(to: nodePort, over: .sctp, timeout: .answer)
        #expect(outside.server.map { endpoints.contains($0.ip) } == true, "\(mode): node port: \(outside)")
        // SCTP treats an ICMP "port unreachable" as transient and keeps trying, so it appears as silence.
        let unanswered = try await cluster.pod.connect(to: unserved, over: .sctp, timeout: .seconds(2))
        #expect(unanswered.server == nil, "\(mode): without endpoints")
        try await proxy.stop()
    }

    private static let yaml = """
        apiVersion: v1
        kind: Service
        metadata: {name: diameter, namespace: default}
        spec:
          type: NodePort
          clusterIP: 10.96.0.5
          ports: [{name: s, port: 3868, protocol: SCTP, nodePort: 30868}]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: diameter-1, namespace: default, labels: {kubernetes.io/service-name: diameter}}
        addressType: IPv4
        ports: [{name: s, port: 3868, protocol: SCTP}]
        endpoints: [{addresses: [10.244.0.7]}, {addresses: [10.244.1.8]}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: nobody, namespace: default}
        spec:
          clusterIP: 10.96.0.6
          ports: [{name: s, port: 3868, protocol: SCTP}]

        """
}
