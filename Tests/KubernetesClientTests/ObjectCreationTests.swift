import KubernetesAPI
import NIOHTTP1
import TestKit
import Testing

@testable import KubernetesClient

@Suite("Creating an object", .timeLimit(.minutes(10)))
struct ObjectCreationTests {
    private func create(
        _ reply: ScriptedServer.Reply, metrics: RequestMetrics = RequestMetrics()
    ) async throws -> [HTTPRequestHead] {
        try await ScriptedServer.withServer { _, _ in
            reply
        } _: { server in
            let address = try #require(ServerAddress("http://127.0.0.1:\(server.port)"))
            let creation = ObjectCreation(
                configuration: KubernetesClientConfiguration(server: address), logger: LogLines().logger,
                metrics: metrics)
            try await creation.create(Array(#"{"kind":"Event"}"#.utf8), in: "/apis/events.k8s.io/v1/events")
            return server.requests
        }
    }

    @Test("it is posted as JSON")
    func posted() async throws {
        let requests = try await create(ScriptedServer.Reply(status: .created, body: [Array("{}".utf8)]))
        #expect(requests.map(\.method) == [.POST])
        #expect(requests.first?.uri == "/apis/events.k8s.io/v1/events")
        #expect(requests.first?.headers.first(name: "Content-Type") == "application/json")
        #expect(requests.first?.headers.first(name: "Content-Length") == "16")
    }

    @Test("its size, the answer's, and the time are counted")
    func counted() async throws {
        let metrics = RequestMetrics()
        _ = try await create(
            ScriptedServer.Reply(status: .created, body: [Array("{\"kind\":\"Event\"}".utf8)]), metrics: metrics)
        let snapshot = metrics.snapshot
        #expect(snapshot.requests.keys.map(\.method) == ["POST"])
        #expect(snapshot.durations.values.map(\.count) == [1])
        #expect(snapshot.requestSizes.values.map(\.sum) == [16])
        #expect(snapshot.responseSizes.values.map(\.sum) == [16])
        #expect(snapshot.responseSizes.values.first?.buckets.first == 1)
    }

    @Test("a refusal is a permanent error with the server's message")
    func refused() async throws {
        let error = await #expect(throws: ClientError.self) {
            _ = try await create(.refusal(403, "Forbidden", "events is forbidden"))
        }
        #expect(error?.message.contains("answered 403 Forbidden: events is forbidden") == true)
        #expect(error?.isRetryable == false)
    }

    @Test("an overloaded server is a transient error")
    func overloaded() async throws {
        let error = await #expect(throws: ClientError.self) {
            _ = try await create(.refusal(429, "TooManyRequests", "later"))
        }
        #expect(error?.isRetryable == true)
    }
}
