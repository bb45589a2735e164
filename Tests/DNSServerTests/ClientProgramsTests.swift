import ChildProcesses
import Foundation
import LabKit
import Testing

/// The program, asked by dig and by the C library's resolver in a network namespace of their own. Needs root.
@Suite("dig and the C library", .serialized)
struct ClientProgramsTests {
    private static let address = "10.244.0.2"

    /// A namespace in which the program serves the recorded cluster on port 53.
    private func start(_ arguments: String...) async throws -> (NetworkNamespace, ChildProcess) {
        let namespace = try await NetworkNamespace(name: "dns")
        try await namespace.ip("link set lo up", "address add \(Self.address)/32 dev lo")
        let manifests = try Recording.file("served").path
        let server = try await namespace.spawn(
            [
                try Servicelet.binary(), "dns", "--manifests", manifests, "--bind-address", Self.address, "--forward",
                "127.0.0.1:1",
            ] + arguments)
        for _ in 0..<300 {
            let answer = try? await dig(
                namespace, "+short", "+tries=1", "+time=1", "kubernetes.default.svc.cluster.local")
            if answer?.first == "10.96.0.1" { return (namespace, server) }
            if let exit = server.poll() {
                throw RecordingError(text: "the server has ended (\(exit)): \(server.errors)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw RecordingError(text: "the server does not come up: \(server.errors)")
    }

    private func dig(_ namespace: NetworkNamespace, _ arguments: String...) async throws -> [String] {
        let process = try await namespace.spawn(["dig", "@\(Self.address)"] + arguments)
        guard try await process.exit(within: .seconds(20)) == .code(0) else {
            throw RecordingError(text: "dig failed: \(process.output) \(process.errors)")
        }
        return process.output.split(separator: "\n").map(String.init)
    }

    /// Runs a command whose C library asks the server, with a Pod's search path.
    private func resolve(_ namespace: NetworkNamespace, _ command: String) async throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "resolv-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try """
        nameserver \(Self.address)
        search shop.svc.cluster.local svc.cluster.local cluster.local
        options ndots:5 timeout:2
        """.write(to: file, atomically: true, encoding: .utf8)
        return try await namespace.run(
            "unshare", "--mount", "bash", "-c", "mount --bind \(file.path) /etc/resolv.conf && \(command)")
    }

    @Test("dig understands answers of all kinds, over UDP and TCP, and finds nothing malformed")
    func digs() async throws {
        let (namespace, server) = try await start()
        #expect(try await dig(namespace, "+short", "web.shop.svc.cluster.local") == ["10.96.2.10"])
        #expect(try await dig(namespace, "+short", "-x", "10.96.2.10") == ["web.shop.svc.cluster.local."])
        #expect(try await dig(namespace, "+short", "+tcp", "crowd.shop.svc.cluster.local").count == 40)
        #expect(
            try await dig(namespace, "+short", "_http._tcp.web.shop.svc.cluster.local", "SRV")
                == ["0 100 80 web.shop.svc.cluster.local."])
        for name in ["crowd-named.shop.svc.cluster.local", "nope.shop.svc.cluster.local", "cluster.local"] {
            for option in ["+notcp", "+tcp", "+noedns", "+bufsize=4096"] {
                let lines = try await dig(namespace, name, "SRV", option)
                #expect(!lines.contains { $0.contains("malformed") || $0.contains("extra bytes") }, "\(name) \(option)")
            }
        }
        server.signal(SIGTERM)
        #expect(try await server.exit(within: .seconds(10)) == .code(0))
    }

    @Test("programs find Services under short names, and their names by address")
    func library() async throws {
        let (namespace, server) = try await start()
        #expect(try await resolve(namespace, "getent ahostsv4 web").contains("10.96.2.10"))
        #expect(try await resolve(namespace, "getent ahostsv4 dual.default").contains("10.96.1.13"))
        #expect(try await resolve(namespace, "getent hosts 10.96.2.10").contains("web.shop.svc.cluster.local"))
        // Longer than a datagram without EDNS: the library asks again over TCP.
        let crowd = try await resolve(namespace, "getent ahostsv4 crowd")
        #expect(Set(crowd.split(separator: "\n").compactMap { $0.split(separator: " ").first }).count == 40)
        #expect(try await resolve(namespace, "getent hosts nope || echo none").contains("none"))
        server.signal(SIGTERM)
        #expect(try await server.exit(within: .seconds(10)) == .code(0))
    }
}
