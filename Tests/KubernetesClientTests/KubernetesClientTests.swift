import KubernetesAPI
import KubernetesTestKit
import Logging
import NIOHTTP1
import ObjectSource
import TestKit
import Testing

@testable import KubernetesClient

/// The client against a server with a real one's recorded answers.
@Suite(.timeLimit(.minutes(10)))
struct KubernetesClientTests {
    @Test(arguments: WireFormat.allCases)
    func `a server with WatchList is asked once, and its events arrive`(format: WireFormat) async throws {
        let stream = try Fixtures.transcript("watchlist-endpointslices.\(format == .json ? "jsonl" : "pb")")
        let log = LogLines()
        try await ScriptedServer.withServer { _, _ in
            .init(headers: ["Content-Type": "\(format.rawValue);stream=watch"], body: [stream], ending: .open)
        } _: { server in
            try await running(client(server, kinds: [.endpointSlice], log: log, contentType: format)) { inbox in
                var replica = Replica()
                try await replica.follow(inbox) { $0.isSynchronized && $0.summary.contains("default/my-service-x@226") }
                #expect(
                    replica.summary == [
                        "default/dual-v6@219", "default/dual-x@218", "default/my-service-x@226",
                        "kube-system/kube-dns-x@214",
                    ])
            }
            let target = try #require(server.targets.first)
            #expect(server.targets.count == 1)
            #expect(
                target.hasPrefix(
                    "/apis/discovery.k8s.io/v1/endpointslices?labelSelector=%21service.kubernetes.io%2Fheadless&"))
            #expect(target.contains("&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds="))
        }
        #expect(log.all.isEmpty)
    }

    @Test(arguments: WireFormat.allCases)
    func `a server without WatchList is listed, then watched from the version of the list`(
        format: WireFormat
    ) async throws {
        let list = try Fixtures.transcript("list-services.\(format == .json ? "json" : "pb")")
        let watch = try Fixtures.transcript("watch-services.\(format == .json ? "jsonl" : "pb")")
        let log = LogLines()
        try await ScriptedServer.withServer { request, _ in
            if request.uri.contains("sendInitialEvents") {
                return .refusal(422, "Invalid", "sendInitialEvents is forbidden")
            }
            guard request.uri.contains("watch=true") else {
                return .init(headers: ["Content-Type": format.rawValue], body: [list])
            }
            return .init(headers: ["Content-Type": "\(format.rawValue);stream=watch"], body: [watch], ending: .open)
        } _: { server in
            try await running(client(server, kinds: [.service], log: log, contentType: format)) { inbox in
                var replica = Replica()
                // The short-lived Service may or may not be seen; in the end it is gone.
                try await replica.follow(inbox) {
                    $0.isSynchronized && $0.summary.contains("default/my-service@223")
                        && !$0.summary.contains { $0.hasPrefix("default/added") }
                }
                #expect(replica.summary.contains("default/dual@217"))
            }
            #expect(server.targets.count == 3)
            #expect(server.targets[1].contains("&limit=500&resourceVersion=0"))
            #expect(server.targets[2].contains("&resourceVersion=219&timeoutSeconds="))
        }
        #expect(log.all.count == 1)
        #expect(log.all[0].hasSuffix("services are listed first and watched after that"))
    }

    @Test func `an event that comes byte by byte arrives`() async throws {
        try await ScriptedServer.withServer { _, _ in
            .watch(bookmark(5))
        } _: { server in
            try await running(client(server, kinds: [.service])) { inbox in
                var replica = Replica()
                try await replica.follow(inbox) { $0.isSynchronized }
                for byte in Array((event("ADDED", "web", 6) + "\n").utf8) {
                    server.push([byte], to: "/api/v1/services")
                }
                try await replica.follow(inbox) { $0.summary == ["default/web@6"] }
            }
        }
    }

    @Test func `a proxy is asked for a way to the server, and its refusal is told`() async throws {
        let log = LogLines()
        try await ScriptedServer.withServer { _, _ in
            .init(status: .proxyAuthenticationRequired)
        } _: { proxy in
            let client = try client(proxy, kinds: [.service], log: log) {
                if let address = ServerAddress("https://api.example:6443") { $0.server = address }
                $0.proxy = .init(
                    isSOCKS: false, host: "127.0.0.1", port: proxy.port,
                    credentials: .init(user: "me", password: "pass"))
            }
            try await running(client) { _ in
                let line = try await log.line(with: "next try")
                #expect(
                    line.contains(
                        "https://api.example:6443: the proxy wants a user and a password; write them in proxy-url"))
            }
            let request = try #require(proxy.requests.first)
            #expect(request.method == .CONNECT)
            #expect(request.uri == "api.example:6443")
            #expect(request.headers["Proxy-Authorization"] == ["Basic bWU6cGFzcw=="])
        }
    }

    @Test func `each request says who asks, for what, and in which form`() async throws {
        let metrics = RequestMetrics()
        try await ScriptedServer.withServer { _, _ in
            .watch(bookmark(5))
        } _: { server in
            let client = try client(server, kinds: [.service, .node], metrics: metrics, contentType: .protobuf) {
                $0.userAgent = "servicelet/1.2"
                $0.authentication.token = "secret"
            }
            try await running(client) { inbox in
                var replica = Replica()
                try await replica.follow(inbox) { $0.isSynchronized }
            }
            for request in server.requests {
                #expect(request.headers["Accept"] == ["application/vnd.kubernetes.protobuf, application/json"])
                #expect(request.headers["User-Agent"] == ["servicelet/1.2"])
                #expect(request.headers["Authorization"] == ["Bearer secret"])
                #expect(request.headers["Host"] == ["127.0.0.1:\(server.port)"])
            }
            #expect(server.targets.contains { $0.hasPrefix("/api/v1/nodes?fieldSelector=metadata.name%3Dn1&") })
            let host = "127.0.0.1:\(server.port)"
            #expect(metrics.snapshot.requests == [.init(code: "200", method: "GET", host: host): 2])
            // Watches are excluded: they last as long as permitted, and send whatever happens.
            #expect(metrics.snapshot.durations.isEmpty && metrics.snapshot.requestSizes.isEmpty)
        }
    }
}

/// Runs `client` concurrently with `body`, and cancels it at the end.
func running(_ client: KubernetesClient, _ body: (ObjectInbox) async throws -> Void) async throws {
    let inbox = ObjectInbox(waitingFor: Set(client.selections.map(\.kind)))
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run(into: inbox) }
        try await body(inbox)
        group.cancelAll()
        await #expect(throws: CancellationError.self) { try await group.waitForAll() }
    }
}

/// A client with short timeouts.
func client(
    _ server: ScriptedServer, kinds: Set<ObjectKind>, log: LogLines = LogLines(),
    metrics: RequestMetrics = RequestMetrics(), contentType: WireFormat = .json,
    configure: (inout KubernetesClientConfiguration) -> Void = { _ in }
) throws -> KubernetesClient {
    let address = try #require(ServerAddress("http://127.0.0.1:\(server.port)"))
    var configuration = KubernetesClientConfiguration(server: address)
    configuration.limits.backoff.first = .milliseconds(2)
    configuration.limits.backoff.longest = .milliseconds(20)
    configuration.contentType = contentType
    configure(&configuration)
    return KubernetesClient(
        configuration: configuration,
        selections: KindSelection.nodeProxy(nodeName: "n1").filter { kinds.contains($0.kind) }, logger: log.logger,
        metrics: metrics)
}
