import ChildProcesses
import Foundation
import LabKit
import Testing

/// A failed start exits with a status and a message that says what to do.
@Suite("Failed starts", .serialized)
struct StartTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("with --bind-address-hard-fail, a health port in use is named with its flag")
    func healthPortTaken() async throws {
        let node = try await lonelyNode()
        try await node.serve(SocketAddress("0.0.0.0", 10256))
        let errors = try await failure(
            Servicelet.proxy(manifests: folder.url, arguments: ["--bind-address-hard-fail"]), on: node)
        #expect(errors.contains("--healthz-bind-address"))
        #expect(errors.contains("10256"))
        #expect(try await node.run("nft", "list", "tables").isEmpty)
    }

    @Test("an unprivileged user is told to be root", arguments: ["nftables", "iptables"])
    func unprivileged(mode: String) async throws {
        let node = try await lonelyNode()
        let nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]
        let errors = try await failure(nobody + Servicelet.proxy(manifests: folder.url, mode: mode), on: node)
        #expect(errors.contains("root"))
    }

    @Test("a missing folder is named")
    func noFolder() async throws {
        let missing = folder.url.appending(path: "missing")
        let errors = try await failure(Servicelet.proxy(manifests: missing), on: lonelyNode())
        #expect(errors.contains(missing.path))
    }

    @Test("an unknown mode and an invalid network are named with their flags")
    func flags() async throws {
        let command = try Servicelet.proxy(manifests: folder.url)
        let mode = try await failure(command + ["--proxy-mode", "ebpf"], on: lonelyNode())
        #expect(mode.contains("--proxy-mode"))
        #expect(mode.contains("ebpf"))
        let network = try await failure(command + ["--cluster-cidr", "10.244.0.0/33"], on: lonelyNode())
        #expect(network.contains("--cluster-cidr"))
        #expect(network.contains("10.244.0.0/33"))
    }

    private func lonelyNode() async throws -> NetworkNamespace {
        let node = try await NetworkNamespace(name: "n1")
        try await node.ip("link set lo up")
        return node
    }

    /// The output of a command that exits with a status other than 0.
    private func failure(
        _ command: [String], on node: NetworkNamespace, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let process = try await node.spawn(command)
        let exit = try await process.exit(within: .patience)
        #expect(exit != .code(0), sourceLocation: sourceLocation)
        guard case .code = exit else {
            Issue.record("ended by \(exit)", sourceLocation: sourceLocation)
            return ""
        }
        return process.errors
    }
}
