import Foundation
import LabKit

/// A cluster on this machine, a Service in it, and the removal of one of its endpoints.
@main
struct Demo {
    static let clusterIP = SocketAddress("10.96.0.80", 80)
    static let nodePort = SocketAddress(ClusterAddress.node, 30080)
    static let endpoints = ["10.244.0.11", "10.244.0.12", "10.244.0.13"].map { SocketAddress($0, 8080) }
    static let connections = 300

    static func main() async {
        do {
            try await untilSignal { try await Demo.run() }
            heading("Everything works as expected.")
        } catch let signal as Interruption {
            heading("Interrupted; everything is cleaned up.")
            exit(128 + signal.number)
        } catch {
            FileHandle.standardError.write(Data("\nThe demo failed: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run() async throws {
        let cluster = try await buildCluster()
        let manifests = try copyExamples()
        let proxy = try await startProxy(manifests, on: cluster.node)

        heading("Who answers? \(connections) connections each:")
        let inside = Tally("from a pod to the ClusterIP \(clusterIP)", endpoints, keepsSource: true)
        try await inside.fill(cluster.pod, connections, clusterIP).show()
        let outside = Tally("from outside to the node port \(nodePort)", endpoints, keepsSource: false)
        try await outside.fill(cluster.outsider, connections, nodePort).show()

        let removed = try await removeLastEndpoint(manifests, client: cluster.pod)
        let rest = Tally(
            "from a pod to the ClusterIP \(clusterIP)", endpoints.filter { $0 != removed }, keepsSource: true)
        try await rest.fill(cluster.pod, connections, clusterIP).show()

        heading("Stopping the proxy, then removing what it programmed")
        try await proxy.stop()
        let kept = try await cluster.pod.connect(to: clusterIP)
        guard kept.server != nil else { throw Surprise("without the proxy a connection was \(kept)") }
        explain("After SIGTERM the rules stay, so Services keep working while a proxy is upgraded.")
        try await cluster.node.run(Servicelet.binary(), "cleanup")
        let tables = try await cluster.node.run("nft", "list", "tables")
        guard tables.isEmpty else { throw Surprise("servicelet cleanup left behind: \(tables)") }
        explain("servicelet cleanup removed them. The namespaces end with this program.")
    }

    private static func buildCluster() async throws -> Cluster {
        heading("Building a cluster out of network namespaces")
        let start = ContinuousClock.now
        let cluster = try await Cluster()
        for endpoint in endpoints { try await cluster.serve(endpoint) }
        explain("node n1 (\(ClusterAddress.node)), its pods \(list(endpoints)), a client pod, a host outside")
        explain("\(milliseconds(since: start)); they have no names and touch nothing else on this machine.")
        return cluster
    }

    private static func copyExamples() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let examples = URL(filePath: CommandLine.arguments.dropFirst().first ?? "examples")
        for file in try FileManager.default.contentsOfDirectory(at: examples, includingPropertiesForKeys: nil) {
            try FileManager.default.copyItem(at: file, to: folder.url.appending(path: file.lastPathComponent))
        }
        return folder
    }

    private static func startProxy(_ manifests: TemporaryFolder, on node: NetworkNamespace) async throws -> ProxyProcess
    {
        heading("Starting servicelet proxy on n1 with the manifests of examples/")
        explain("No API server: a folder of manifests is the source of truth and is watched.")
        let start = ContinuousClock.now
        let proxy = try await ProxyProcess(Servicelet.proxy(manifests: manifests.url), on: node)
        explain("Healthy, and the kernel programmed, after \(milliseconds(since: start)).")
        return proxy
    }

    /// Removes the last endpoint from the manifest while a client keeps connecting; returns it once it gets
    /// no more connections.
    private static func removeLastEndpoint(_ manifests: TemporaryFolder, client: Client) async throws -> SocketAddress {
        let removed = endpoints[endpoints.count - 1]
        heading("Taking \(removed.ip) out of web.yaml while a pod keeps connecting")
        try manifests.write(removingEndpoint(removed.ip, from: manifests.read("web.yaml")), to: "web.yaml")
        let edit = ContinuousClock.now
        var last = edit
        var others = 0
        // With three endpoints, a hundred connections in a row that all miss one are no coincidence.
        while others < 100 {
            try Task.checkCancellation()
            let start = ContinuousClock.now
            let outcome = try await client.connect(to: clusterIP)
            guard let server = outcome.server else { throw Surprise("a connection during the change was \(outcome)") }
            if server == removed { (last, others) = (start, 0) } else { others += 1 }
            guard start - edit < .seconds(10) else { throw Surprise("\(removed) still answers after ten seconds") }
        }
        explain("Its last connection began \(milliseconds(from: edit, to: last)) after the edit. None failed.")
        return removed
    }

    private static func list(_ addresses: [SocketAddress]) -> String { addresses.map(\.ip).joined(separator: ", ") }
}

/// Something that went wrong.
struct Surprise: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
