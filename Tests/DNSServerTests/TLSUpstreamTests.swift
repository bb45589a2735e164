import DNSServer
import Foundation
import LabKit
import NIOSSL
import TestKit
import Testing

/// Upstreams over TLS (RFC 7858).
@Suite("Upstreams over TLS", .serialized)
struct TLSUpstreamTests {
    private static let outside = Recording.Query(name: "www.outside.example.", type: "A", transport: "udp")

    private func context(_ certificate: String, _ key: String) throws -> NIOSSLContext {
        try NIOSSLContext(
            configuration: TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem))))
    }

    /// The answers to a client of a server that forwards to an upstream with `certificate`.
    private func answers(
        _ certificate: String = TestCertificates.server1, _ key: String = TestCertificates.server1Key,
        authorities: String = TestCertificates.ca, options: String = "", count: Int = 1
    ) async throws -> [String] {
        let upstream = try await RecordedUpstream(tls: try context(certificate, key))
        let folder = try TemporaryFolder()
        try folder.write(authorities, to: "ca.pem")
        let port = try ReservedPort.take()
        try folder.write(
            """
            .:\(port) {
                bind 127.0.0.1
                forward . tls://127.0.0.1:\(upstream.port) {
                    tls \(folder.url.path)/ca.pem
                    \(options)
                }
            }
            """, to: "Corefile")
        let codes = try await RunningServer.with { options in
            options.port = port
            options.corefile = folder.url.appending(path: "Corefile").path
        } body: { client in
            var codes: [String] = []
            // The first datagrams may arrive before the server listens.
            for attempt in 0..<5000 where codes.count < count {
                let query = try Self.outside.message(identifier: UInt16(attempt))
                if let reply = try? await client.datagram(query, patience: 60) {
                    codes.append(MessageText(reply)?.rcode ?? "unreadable")
                } else {
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            return codes
        }
        try await upstream.close()
        return codes
    }

    @Test("an upstream with a valid certificate answers, by address or by name, question after question")
    func verified() async throws {
        #expect(try await answers(count: 5) == Array(repeating: "NOERROR", count: 5))
        #expect(try await answers(options: "tls_servername kubernetes.test") == ["NOERROR"])
        let elsewhere = try await answers(
            TestCertificates.stranger, TestCertificates.strangerKey, options: "tls_servername elsewhere.test")
        #expect(elsewhere == ["NOERROR"])
    }

    @Test("an upstream with another name, or another authority, is not used")
    func refused() async throws {
        #expect(try await answers(TestCertificates.stranger, TestCertificates.strangerKey) == ["SERVFAIL"])
        let named = try await answers(
            TestCertificates.stranger, TestCertificates.strangerKey, options: "tls_servername kubernetes.test")
        #expect(named == ["SERVFAIL"])
        #expect(try await answers(authorities: TestCertificates.other) == ["SERVFAIL"])
    }

    @Test("an invalid file of certificate authorities is refused at the start, with the upstream's name")
    func unreadableAuthorities() async throws {
        await #expect {
            _ = try await answers(authorities: "nothing")
        } throws: { error in
            "\(error)".contains("forward to tls://127.0.0.1:") && "\(error)".contains("ca.pem")
        }
    }
}
