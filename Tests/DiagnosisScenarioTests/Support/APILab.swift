import ChildProcesses
import Foundation
import LabKit
import Testing

/// A cluster whose objects are in an API server on the node, as they come from controllers and kubelets: the shop, with
/// its pods and a proxy. Used by one task.
final class APILab {
    let cluster: Cluster
    private let folder: TemporaryFolder
    private let server: ChildProcess
    private var proxy: ProxyProcess?

    /// A lab in which the objects of `manifest` were written, and then the status of its pods.
    init(_ manifest: String, mode: String = "nftables") async throws {
        cluster = try await Cluster()
        folder = try TemporaryFolder()
        server = try await cluster.node.spawn([
            try Servicelet.binary(), "apiserver", "--data-dir", folder.url.appending(path: "data").path,
            "--service-cluster-ip-range", "10.96.0.0/16",
        ])
        try await eventually("the API server answers") {
            try await self.kubectl("get", "--raw", "/readyz").exit == .code(0)
        }
        for namespace in ["shop", "kube-system"] {
            let created = try await kubectl("create", "namespace", namespace)
            try #require(created.exit == .code(0) || created.errors.contains("AlreadyExists"), "\(created.errors)")
        }
        for document in manifest.split(separator: "---\n") where !document.contains("kind: ServiceCIDR") {
            try await apply(String(document))
        }
        try await cluster.serve(SocketAddress("10.244.0.7", 8080))
        try await cluster.serve(SocketAddress("10.244.1.9", 8080))
        proxy = try await ProxyProcess(
            Servicelet.proxy(kubeconfig: folder.url.appending(path: "data/admin.kubeconfig"), mode: mode),
            on: cluster.node)
    }

    /// Writes an object, and its status where it has one.
    func apply(_ document: String) async throws {
        try folder.write(document, to: "object.yaml")
        let path = folder.url.appending(path: "object.yaml").path
        let applied = try await kubectl("apply", "-f", path)
        try #require(applied.exit == .code(0), "\(applied.errors)\n\(document)")
        guard document.contains("status: {") else { return }
        let status = try await kubectl(
            "apply", "--subresource=status", "--server-side", "--force-conflicts", "-f", path)
        try #require(status.exit == .code(0), "\(status.errors)\n\(document)")
    }

    /// Says why a pod fails, as kubelet does.
    func warn(of pod: String, reason: String, _ message: String, at time: String) async throws {
        try await apply(
            """
            apiVersion: v1
            kind: Event
            metadata: {name: \(pod).\(reason.lowercased()), namespace: shop}
            involvedObject: {kind: Pod, namespace: shop, name: \(pod)}
            type: Warning
            reason: \(reason)
            message: "\(message)"
            firstTimestamp: "\(time)"
            lastTimestamp: "\(time)"

            """)
    }

    @discardableResult
    func kubectl(_ arguments: String...) async throws -> (exit: Exit, output: String, errors: String) {
        let kubeconfig = folder.url.appending(path: "data/admin.kubeconfig").path
        let process = try await cluster.node.spawn(
            [try Self.client(), "--kubeconfig", kubeconfig] + arguments)
        let exit = try await process.exit(within: .patience)
        return (exit, process.output, process.errors)
    }

    /// A kubeconfig with the token of a ServiceAccount in kube-system.
    func kubeconfig(of account: String) async throws -> String {
        _ = try await kubectl("-n", "kube-system", "create", "serviceaccount", account)
        let token = try await kubectl("-n", "kube-system", "create", "token", account)
        try #require(token.exit == .code(0), "\(token.errors)")
        let text = """
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "https://127.0.0.1:6443", insecure-skip-tls-verify: true}}]
            users: [{name: u, user: {token: "\(token.output.trimmingCharacters(in: .whitespacesAndNewlines))"}}]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            current-context: x

            """
        try folder.write(text, to: "\(account).kubeconfig")
        return folder.url.appending(path: "\(account).kubeconfig").path
    }

    /// What `servicelet explain` says; objects come from where the proxy has them.
    func explain(_ arguments: String...) async throws -> Answer {
        let process = try await cluster.node.spawn(
            [try Servicelet.binary(), "explain", "-o", "json"] + arguments)
        let exit = try await process.exit(within: .patience)
        do {
            let document = try JSONDecoder().decode(Answer.Document.self, from: Data(process.output.utf8))
            return Answer(exit: exit, document: document)
        } catch {
            Issue.record("\(process.command): \(process.output)\(process.errors)")
            throw error
        }
    }

    func stop() async throws {
        try await proxy?.stop()
        server.signal(SIGTERM)
        _ = try await server.exit(within: .patience)
    }

    /// The bound guards against hanging.
    private func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .patience
        while try await !condition() {
            try #require(ContinuousClock.now < deadline, "not in time: \(what)\n\(server.errors)")
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// What scripts/install-packages has fetched.
    private static func client() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "/root")/.cache"
        let path = environment["SERVICELET_CLIENTS"].map { "\($0)/kubectl" } ?? "\(cache)/servicelet-clients/kubectl"
        try #require(
            FileManager.default.isExecutableFile(atPath: path),
            "there is no \(path); run scripts/install-packages, which fetches it from PyPI")
        return path
    }
}
