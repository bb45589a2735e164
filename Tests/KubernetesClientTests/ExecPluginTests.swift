import Foundation
import Testing

@testable import KubernetesClient

@Suite(.timeLimit(.minutes(10)))
struct ExecPluginTests {
    /// Runs `script` as a plug-in.
    private func run(
        _ script: String, version: ExecPlugin.Version = .v1, timeout: Duration = .seconds(30),
        configure: (inout ExecPlugin.Configuration) -> Void = { _ in }
    ) async throws -> ExecPlugin.Result {
        try await withTemporaryFolder { folder in
            // Passed to a shell: a concurrent test's child may hold a just-written file open.
            let file = try folder.write("plugin", script)
            var configuration = ExecPlugin.Configuration(version: version, command: "/bin/sh", arguments: [file])
            configure(&configuration)
            return try await ExecPlugin(configuration, origin: "config: user \"admin\"", timeout: timeout).run()
        }
    }

    private func answer(_ status: String, _ version: String = "client.authentication.k8s.io/v1") -> String {
        "echo '{\"apiVersion\":\"\(version)\",\"kind\":\"ExecCredential\",\"status\":{\(status)}}'"
    }

    private func mistake(_ script: String, timeout: Duration = .seconds(30)) async throws -> String {
        let error = try await #require(throws: ClientError.self) { try await run(script, timeout: timeout) }
        #expect(error.message.hasPrefix("config: user \"admin\": exec: "))
        #expect(error.isRetryable)
        return error.message
    }

    @Test func `token and expiry are read`() async throws {
        let result = try await run(answer(#""token":"abc","expirationTimestamp":"2030-01-01T00:00:00Z""#))
        #expect(result.token == "abc")
        let expiry = try #require(result.expiry)
        #expect(expiry.timeIntervalSince1970 == 1_893_456_000)
        #expect(result.isGood(at: expiry.addingTimeInterval(-1)))
        #expect(!result.isGood(at: expiry))
    }

    @Test func `a client certificate is read, in v1beta1 too`() async throws {
        let status = #""clientCertificateData":"crt","clientKeyData":"key""#
        let result = try await run(answer(status, "client.authentication.k8s.io/v1beta1"), version: .v1beta1)
        #expect(result.clientCertificate == .data(Array("crt".utf8)))
        #expect(result.clientKey == .data(Array("key".utf8)))
        #expect(result.token == nil)
        #expect(result.isGood(at: .distantFuture))
    }

    @Test func `the program gets arguments, environment and the cluster`() async throws {
        let script = """
            info=$(printf %s "$KUBERNETES_EXEC_INFO" | tr -d '"')
            \(answer(#""token":"'"$1 $REGION $info"'""#))
            """
        let result = try await run(script) {
            $0.arguments.append("first")
            $0.environment = ["REGION": "north"]
            $0.cluster = ExecPlugin.Cluster(
                server: "https://h", serverName: "name", skipsVerification: false, certificateAuthority: [1, 2, 3])
        }
        #expect(
            result.token == """
                first north {apiVersion:client.authentication.k8s.io/v1,kind:ExecCredential,spec:{cluster:\
                {certificate-authority-data:AQID,server:https://h,tls-server-name:name},interactive:false}}
                """)
    }

    @Test func `a program is found in PATH`() async throws {
        let result = try await run("exit 1") {
            $0.command = "sh"
            $0.arguments = ["-c", answer(#""token":"abc""#)]
        }
        #expect(result.token == "abc")
    }

    @Test func `what the program complains of is in the error`() async throws {
        #expect(
            try await mistake("echo 'no session' >&2; echo 'log in' >&2; exit 3").hasSuffix(
                "ended with 3: no session log in"))
    }

    @Test func `a program that does not end is killed`() async throws {
        #expect(
            try await mistake("exec sleep 1000", timeout: .milliseconds(100)).hasSuffix(
                "did not end within 0.1 s and was killed"))
    }

    @Test func `a program that writes without end is killed`() async throws {
        #expect(try await mistake("exec yes").hasSuffix("wrote more than 1048576 bytes and was killed"))
    }

    @Test func `a program that is not there is named with the hint`() async throws {
        let error = try await #require(throws: ClientError.self) {
            try await run("") {
                $0.command = "no-such-plugin"
                $0.installHint = "brew install it"
            }
        }
        #expect(error.message.hasSuffix("no-such-plugin: there is no such program; brew install it"))
    }

    @Test(arguments: [
        ("echo hello", "it is not an ExecCredential in JSON"),
        ("echo '{}'", "it is nothing  instead of client.authentication.k8s.io/v1 ExecCredential"),
        (
            "echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{}}'",
            "it has neither token nor client certificate"
        ),
        (
            "echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\"}'",
            "it has no status"
        ),
        (
            """
            echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\
            \"status\":{\"token\":\"a\",\"clientKeyData\":\"k\"}}'
            """,
            "clientCertificateData and clientKeyData come only together"
        ),
        (
            """
            echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\
            \"status\":{\"token\":\"a\",\"expirationTimestamp\":\"soon\"}}'
            """,
            "expirationTimestamp \"soon\" is not a time as in RFC 3339"
        ),
    ])
    func `an answer that cannot be used says why`(script: String, reason: String) async throws {
        #expect(try await mistake(script).hasSuffix("its answer cannot be used: \(reason)"))
    }

    @Test func `a cancelled task does not wait for the program`() async throws {
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await run("exec sleep 1000") }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
    }

    @Test func `calls are counted by exit code and outcome`() async throws {
        let metrics = RequestMetrics()
        for (command, script) in [
            ("/bin/sh", "exit 3"), ("/bin/sh", "echo nonsense"), ("/bin/sh", "exit 3"), ("/no/such/program", ""),
        ] {
            try await withTemporaryFolder { folder in
                let file = try folder.write("plugin", script)
                let configuration = ExecPlugin.Configuration(version: .v1, command: command, arguments: [file])
                let plugin = ExecPlugin(configuration, origin: "config: user \"admin\"", metrics: metrics)
                _ = await #expect(throws: ClientError.self) { try await plugin.run() }
            }
        }
        #expect(
            metrics.snapshot.pluginCalls == [
                .init(code: 3, status: .failed): 2, .init(code: 1, status: .other): 1,
                .init(code: 1, status: .notFound): 1,
            ])
    }
}
