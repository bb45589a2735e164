/// A client: its namespace, and the source address of its connections.
package struct Client: Sendable {
    /// `pod`, `node`, `remote-pod`, `outside`, `outside-other` or `endpoint-itself`.
    package let name: String
    /// The client's namespace.
    package let namespace: NetworkNamespace
    /// The IPv4 source address of connections; nil for the node, where the kernel chooses.
    package let source: String?
    /// The same for IPv6.
    package let source6: String?

    /// Connects from this client's address of the target's family: see
    /// ``NetworkNamespace/connect(to:over:from:timeout:)``. By default the wait is long enough for an emulated machine.
    package func connect(
        to target: SocketAddress, over transport: Transport = .tcp, timeout: Duration = .answer
    ) async throws -> ConnectionOutcome {
        try await namespace.connect(to: target, over: transport, from: source(for: target), timeout: timeout)
    }

    /// Makes `count` connections at once and returns the outcome of each.
    package func connect(
        _ count: Int, to target: SocketAddress, over transport: Transport = .tcp, timeout: Duration = .answer
    ) async throws -> [ConnectionOutcome] {
        try await withThrowingTaskGroup { group in
            for _ in 0..<count {
                group.addTask { try await connect(to: target, over: transport, timeout: timeout) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// The source address of connections to the target, unless the kernel chooses it.
    package func source(for target: SocketAddress) -> String? { target.isIPv6 ? source6 : source }
}

extension Cluster {
    /// A pod of the node.
    package var pod: Client {
        Client(
            name: "pod", namespace: clientPod, source: ClusterAddress.clientPod, source6: ClusterAddress.clientPod6)
    }

    /// The node itself.
    package var host: Client { Client(name: "node", namespace: node, source: nil, source6: nil) }

    /// A pod of another node.
    package var remotePod: Client {
        Client(
            name: "remote-pod", namespace: third, source: ClusterAddress.remotePod, source6: ClusterAddress.remotePod6)
    }

    /// A machine outside the cluster.
    package var outsider: Client {
        Client(name: "outside", namespace: outside, source: ClusterAddress.outside, source6: ClusterAddress.outside6)
    }

    /// A machine outside the cluster, in another network.
    package var otherOutsider: Client {
        Client(
            name: "outside-other", namespace: outside, source: ClusterAddress.outsideOther,
            source6: ClusterAddress.outsideOther6)
    }

    /// All of them.
    package var clients: [Client] { [pod, host, remotePod, outsider, otherOutsider] }
}
