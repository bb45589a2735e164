import DNSServer
import Foundation
import Testing

/// Sends a running server all recorded queries to CoreDNS, over UDP and TCP, and compares. Where CoreDNS departs from
/// the specifications (`quirk`), our answers differ as docs/dns.md says.
@Suite("Recorded answers", .serialized)
struct RecordedAnswersTests {
    @Test("all questions with pods insecure")
    func insecure() async throws {
        try await check("answers") { _ in }
    }

    @Test("names of Pods, verified")
    func verified() async throws {
        try await check("answers-pods-verified") { $0.pods = "verified" }
    }

    @Test("names of Pods, disabled")
    func disabled() async throws {
        try await check("answers-pods-disabled") { $0.pods = "disabled" }
    }

    @Test("with a cache")
    func cached() async throws {
        try await check("answers-cache", tolerance: 5) { $0.cache = 30 }
    }

    @Test("while upstream is down")
    func upstreamDown() async throws {
        try await check("answers-upstream-down", withUpstream: false) { _ in }
    }

    @Test("while the API has never been reachable")
    func unsynchronized() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "dns-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let kubeconfig = folder.appending(path: "kubeconfig")
        try """
        apiVersion: v1
        kind: Config
        current-context: c
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
        contexts: [{name: c, context: {cluster: c, user: u}}]
        users: [{name: u, user: {token: t}}]
        """.write(to: kubeconfig, atomically: true, encoding: .utf8)
        try await check("answers-unsynced", isSynchronized: false) { options in
            options.manifests = nil
            options.kubeconfig = kubeconfig.path
        }
    }

    private func check(
        _ name: String, tolerance: UInt32 = 0, withUpstream: Bool = true, isSynchronized: Bool = true,
        configure: (inout DNSOptions) -> Void
    ) async throws {
        let recordings = try Recording.all(in: name).filter { $0.quirk == nil }
        #expect(recordings.count > 4)
        let upstream = try await RecordedUpstream()
        try await RunningServer.with { options in
            options.manifests = try Recording.file("served").path
            if withUpstream { options.forward = ["127.0.0.1:\(upstream.port)"] }
            configure(&options)
        } body: { client in
            if isSynchronized {
                try await RunningServer.waitUntilSynchronized(client)
            } else {
                try await RunningServer.waitUntilAnswering(client)
            }
            let comparison = Comparison(ttlTolerance: tolerance)
            for recording in recordings {
                for answer in [recording.answer, recording.again].compactMap({ $0 }) {
                    let found = try await Self.differences(recording.query, answer, comparison, client)
                    #expect(found == [], "\(recording.testDescription)")
                }
            }
        }
        try await upstream.close()
    }

    private static func differences(
        _ query: Recording.Query, _ answer: Recording.Answer, _ comparison: Comparison, _ client: TestClient
    ) async throws -> [String] {
        let isSilent = answer.outcome == "no answer"
        let patience = isSilent ? 0.3 : 60
        switch query.transport {
        case "udp":
            let reply = try await client.datagram(try query.message(identifier: 77), patience: patience)
            return comparison.differences(answer, reply.flatMap { MessageText($0) }, limit: query.limit)
        case "tcp":
            let message = try query.message(identifier: 77)
            let framed = [UInt8(message.count >> 8), UInt8(message.count & 255)] + message
            let (replies, _) = try await client.stream([framed], replies: 1, patience: patience)
            return comparison.differences(answer, replies.first.flatMap { MessageText($0) }, limit: 65535)
        default:
            let want = (answer.replies ?? []).sorted { $0.id ?? 0 < $1.id ?? 0 }
            let replies = query.replies ?? 0
            // Without an end, only silence shows that nothing more comes.
            let (messages, isClosed) = try await client.stream(
                (query.stream ?? []).map { [UInt8](hex: $0) }, replies: replies,
                patience: replies > 0 || answer.closed == true ? 60 : 0.5)
            let got = messages.compactMap { MessageText($0) }.sorted { $0.identifier < $1.identifier }
            guard want.map(\.id) == got.map(\.identifier), isClosed == (answer.closed ?? false) else {
                return ["expected replies to \(want.map(\.id)), got \(got.map(\.identifier)), closed: \(isClosed)"]
            }
            return zip(want, got).flatMap { comparison.differences($0, $1, limit: 65535) }
        }
    }
}
