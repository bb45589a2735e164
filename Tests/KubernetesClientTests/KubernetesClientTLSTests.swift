import KubernetesAPI
import NIOHTTP1
import NIOSSL
import ObjectSource
import TestKit
import Testing

@testable import KubernetesClient

/// The client and a server with TLS.
@Suite(.timeLimit(.minutes(10)))
struct KubernetesClientTLSTests {
    private func context(
        _ certificate: String, _ key: String, asksForCertificate: Bool = false
    ) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)))
        if asksForCertificate {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates(
                try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.ca.utf8)))
        }
        return try NIOSSLContext(configuration: configuration)
    }

    /// Runs a client against a server with `context`, together with `body`.
    private func withClient(
        _ context: NIOSSLContext?, log: LogLines = LogLines(),
        configure: (inout KubernetesClientConfiguration) -> Void = { _ in },
        _ body: (ScriptedServer, ObjectInbox) async throws -> Void
    ) async throws {
        try await ScriptedServer.withServer(tls: context) { request, _ in
            request.uri.contains("sendInitialEvents")
                ? .watch(event("ADDED", "web", 3), bookmark(5)) : .watch(event("MODIFIED", "web", 6))
        } _: { server in
            let client = try client(server, kinds: [.service], log: log) { configuration in
                if let address = ServerAddress("https://127.0.0.1:\(server.port)") { configuration.server = address }
                configuration.tls.certificateAuthority = .data(Array(TestCertificates.ca.utf8))
                configure(&configuration)
            }
            try await running(client) { inbox in try await body(server, inbox) }
        }
    }

    @Test func `a server is verified by its authority, and may roll its certificate`() async throws {
        let first = try context(TestCertificates.server1, TestCertificates.server1Key)
        try await withClient(first) { server, inbox in
            var replica = Replica()
            try await replica.follow(inbox) { $0.summary == ["default/web@3"] }
            server.roll(try context(TestCertificates.server2, TestCertificates.server2Key))
            await server.breakConnections()
            try await replica.follow(inbox) { $0.summary == ["default/web@6"] }
        }
    }

    @Test func `another authority's server is not talked to`() async throws {
        let log = LogLines()
        let server = try context(TestCertificates.server1, TestCertificates.server1Key)
        try await withClient(server, log: log) {
            $0.tls.certificateAuthority = .data(Array(TestCertificates.other.utf8))
        } _: { server, _ in
            let line = try await log.line(with: "its certificate is not from a certificate authority that we know")
            #expect(line.contains("certificate-authority; check that the kubeconfig belongs to this cluster"))
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `a certificate for another name is refused, and the remedy named`() async throws {
        let log = LogLines()
        let stranger = try context(TestCertificates.stranger, TestCertificates.strangerKey)
        try await withClient(stranger, log: log) { server, _ in
            let line = try await log.line(with: "its certificate is not issued to 127.0.0.1")
            #expect(line.contains("set tls-server-name in the kubeconfig"))
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `tls-server-name is what the certificate is verified against`() async throws {
        let stranger = try context(TestCertificates.stranger, TestCertificates.strangerKey)
        try await withClient(stranger) {
            $0.tls.serverName = "elsewhere.test"
        } _: { server, inbox in
            var replica = Replica()
            try await replica.follow(inbox) { $0.isSynchronized }
            #expect(server.requests.first?.headers["Host"] == ["127.0.0.1:\(server.port)"])
        }
    }

    @Test func `verification ends only where it is told to`() async throws {
        let stranger = try context(TestCertificates.stranger, TestCertificates.strangerKey)
        try await withClient(stranger) {
            $0.tls.certificateAuthority = nil
            $0.tls.skipsVerification = true
        } _: { _, inbox in
            var replica = Replica()
            try await replica.follow(inbox) { $0.isSynchronized }
        }
    }

    @Test func `a server without TLS is told apart`() async throws {
        let log = LogLines()
        try await withClient(nil, log: log) { _, _ in
            _ = try await log.line(with: "it does not speak TLS; check that the URL is right")
        }
    }

    @Test func `a client certificate is shown where the server asks for one`() async throws {
        let server = try context(TestCertificates.server1, TestCertificates.server1Key, asksForCertificate: true)
        try await withClient(server) {
            $0.authentication.clientCertificate = .data(Array(TestCertificates.client1.utf8))
            $0.authentication.clientKey = .data(Array(TestCertificates.client1Key.utf8))
        } _: { _, inbox in
            var replica = Replica()
            try await replica.follow(inbox) { $0.isSynchronized }
        }
    }

    @Test func `a client certificate that is missing is asked for in the log`() async throws {
        let log = LogLines()
        let server = try context(TestCertificates.server1, TestCertificates.server1Key, asksForCertificate: true)
        try await withClient(server, log: log) { _, _ in
            _ = try await log.line(with: "it does not accept our client certificate")
        }
    }
}
