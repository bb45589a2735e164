import Foundation
import NIOSSL
import Synchronization
import TestKit
import Testing

@testable import KubernetesClient

@Suite struct CredentialsTests {
    private let start = ContinuousClock.now

    private func configuration(_ authentication: Authentication) throws -> KubernetesClientConfiguration {
        var configuration = KubernetesClientConfiguration(server: try #require(ServerAddress("https://h")))
        configuration.authentication = authentication
        return configuration
    }

    @Test func `a token file is read again each minute`() async throws {
        try await withTemporaryFolder { folder in
            let file = try folder.write("token", " one\n")
            let credentials = Credentials(try configuration(Authentication(tokenFile: file)), logger: LogLines().logger)
            #expect(try await credentials.credential(at: start).token == "one")
            try folder.write("token", "two")
            #expect(try await credentials.credential(at: start + .seconds(59)).token == "one")
            #expect(try await credentials.credential(at: start + .seconds(60)).token == "two")
        }
    }

    @Test func `what was refused is made anew, but only once for all that it was refused to`() async throws {
        try await withTemporaryFolder { folder in
            let file = try folder.write("token", "one")
            let credentials = Credentials(try configuration(Authentication(tokenFile: file)), logger: LogLines().logger)
            let refused = try await credentials.credential(at: start)
            try folder.write("token", "two")
            await credentials.discard(refused)
            let second = try await credentials.credential(at: start)
            #expect(second.token == "two")
            await credentials.discard(refused)
            #expect(try await credentials.credential(at: start).generation == second.generation)
        }
    }

    @Test func `a file that vanished leaves what was read, and a line in the log`() async throws {
        try await withTemporaryFolder { folder in
            let log = LogLines()
            let file = try folder.write("token", "one")
            let credentials = Credentials(
                try configuration(Authentication(origin: "config: user \"u\"", tokenFile: file)), logger: log.logger)
            let first = try await credentials.credential(at: start)
            try FileManager.default.removeItem(atPath: file)
            #expect(try await credentials.credential(at: start + .seconds(60)).token == "one")
            #expect(log.all.count == 1)
            #expect(
                log.all[0].hasPrefix(
                    "warning: config: user \"u\": tokenFile: cannot read \(file): No such file or directory; "))
            await credentials.discard(first)
            await #expect(throws: ClientError.self) { try await credentials.credential(at: start + .seconds(61)) }
        }
    }

    @Test func `renewed certificates are used within the minute, unchanged ones are not parsed again`() async throws {
        try await withTemporaryFolder { folder in
            let certificate = try folder.write("crt", TestCertificates.client1)
            let key = try folder.write("key", TestCertificates.client1Key)
            var authentication = Authentication()
            authentication.clientCertificate = .file(certificate)
            authentication.clientKey = .file(key)
            let credentials = Credentials(try configuration(authentication), logger: LogLines().logger)
            let first = try #require(try await credentials.credential(at: start).tls)
            let same = try #require(try await credentials.credential(at: start + .seconds(60)).tls)
            #expect(first.bestEffortEquals(same))
            try folder.write("crt", TestCertificates.client2)
            try folder.write("key", TestCertificates.client2Key)
            let renewed = try #require(try await credentials.credential(at: start + .seconds(120)).tls)
            #expect(!first.bestEffortEquals(renewed))
            #expect(renewed.certificateVerification == .fullVerification)
        }
    }

    @Test(arguments: [
        ("no certificate", TestCertificates.client1Key, "client-certificate"),
        (TestCertificates.client1, "no key", "client-key is not an unencrypted private key in PEM form"),
    ])
    func `what is not PEM is named`(certificate: String, key: String, message: String) async throws {
        var authentication = Authentication(origin: "config: user \"u\"")
        authentication.clientCertificate = .data(Array(certificate.utf8))
        authentication.clientKey = .data(Array(key.utf8))
        let credentials = Credentials(try configuration(authentication), logger: LogLines().logger)
        let error = try await #require(throws: ClientError.self) { try await credentials.credential(at: start) }
        #expect(error.message.hasPrefix("config: user \"u\": \(message)"))
    }

    @Test func `a plug-in runs again when what it gave expires, and once for all who wait`() async throws {
        try await withTemporaryFolder { folder in
            let script = try folder.write(
                "plugin",
                """
                echo run >> \(folder.path)/runs
                echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",\
                "status":{"token":"'$(wc -l < \(folder.path)/runs)'","expirationTimestamp":"2030-01-01T00:00:00Z"}}'
                """)
            var authentication = Authentication()
            authentication.plugin = ExecPlugin.Configuration(
                version: .v1, command: "/bin/sh", arguments: [script])
            let wallClock = WallClock(1_893_456_000 - 10)
            let metrics = RequestMetrics()
            let credentials = Credentials(
                try configuration(authentication), logger: LogLines().logger, metrics: metrics,
                wallClock: { wallClock.now })
            let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<3 { group.addTask { try await credentials.credential(at: start).token } }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(tokens == ["1"])
            #expect(try await credentials.credential(at: start + .seconds(60)).token == "1")
            wallClock.advance(by: 10)
            #expect(try await credentials.credential(at: start + .seconds(61)).token == "2")
            #expect(metrics.snapshot.pluginCalls == [.init(code: 0, status: .success): 2])
            #expect(metrics.snapshot.certificateExpiry == nil)
        }
    }

    private final class WallClock: Sendable {
        private let seconds: Mutex<Double>

        init(_ seconds: Double) { self.seconds = Mutex(seconds) }

        var now: Date { Date(timeIntervalSince1970: seconds.withLock { $0 }) }

        func advance(by duration: Double) { seconds.withLock { $0 += duration } }
    }
}
