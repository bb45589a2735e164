import KubernetesAPI
import NIOHTTP1
import ObjectSource
import TestKit
import Testing

@testable import KubernetesClient

/// The client and a failing server. Delays are short here; the reflector's suites test their lengths.
@Suite(.timeLimit(.minutes(10)))
struct KubernetesClientFailureTests {
    @Test func `a watch that breaks resumes where it was`() async throws {
        let log = LogLines()
        try await ScriptedServer.withServer { request, _ in
            request.uri.contains("resourceVersion=7&")
                ? .watch(event("MODIFIED", "web", 8)) : .watch(event("ADDED", "web", 3), bookmark(5))
        } _: { server in
            try await running(client(server, kinds: [.service], log: log)) { inbox in
                var replica = Replica()
                try await replica.follow(inbox) { $0.isSynchronized }
                server.push(Array((event("MODIFIED", "web", 7) + "\n" + #"{"type":"ADD"#).utf8), to: "/api")
                try await replica.follow(inbox) { $0.summary == ["default/web@7"] }
                await server.breakConnections()
                try await replica.follow(inbox) { $0.summary == ["default/web@8"] }
            }
            #expect(server.targets.count == 2)
        }
        #expect(log.all.count == 2)
        #expect(log.all[1].contains(" answers again after "))
        #expect(log.all[0].contains("watch services: http://127.0.0.1:"))
        #expect(log.all[0].contains("; next try in "))
        #expect(log.all[0].hasSuffix("; Services stay as they are"))
    }

    @Test func `a server that was restarted and has forgotten is asked for everything, and removals follow`()
        async throws
    {
        let log = LogLines()
        let metrics = RequestMetrics()
        let (inbox, port) = try await ScriptedServer.withServer { _, _ in
            .watch(event("ADDED", "web", 3), event("ADDED", "old", 4), bookmark(5))
        } _: { server in
            (ObjectInbox(waitingFor: [.service]), server.port)
        }
        // The port is now free; the first server takes it again, then the second.
        let target = try #require(ServerAddress("http://127.0.0.1:\(port)"))
        var configuration = KubernetesClientConfiguration(server: target)
        configuration.limits.backoff.first = .milliseconds(2)
        configuration.limits.backoff.longest = .milliseconds(20)
        configuration.contentType = .json
        let client = KubernetesClient(
            configuration: configuration, selections: [KindSelection(.service)], logger: log.logger, metrics: metrics)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run(into: inbox) }
            var replica = Replica()
            _ = try await log.line(with: "refused the connection; next try in ")
            try await ScriptedServer.withServer(port: port) { _, _ in
                .watch(event("ADDED", "web", 3), event("ADDED", "old", 4), bookmark(5))
            } _: { _ in
                try await replica.follow(inbox) { $0.isSynchronized }
            }
            #expect(replica.summary == ["default/old@4", "default/web@3"])
            _ = try await log.line(with: "refused the connection; next try in ")
            try await ScriptedServer.withServer(port: port) { request, _ in
                request.uri.contains("sendInitialEvents")
                    ? .watch(event("ADDED", "web", 3), bookmark(2))
                    : .refusal(410, "Expired", "too old resource version")
            } _: { _ in
                try await replica.follow(inbox) { $0.summary == ["default/web@3"] }
            }
            group.cancelAll()
        }
        let host = "127.0.0.1:\(port)"
        #expect((metrics.snapshot.requests[.init(code: "<error>", method: "GET", host: host)] ?? 0) >= 2)
        #expect(metrics.snapshot.requests[.init(code: "410", method: "GET", host: host)] == 1)
    }

    @Test func `a token that was refused is read again at once`() async throws {
        try await withTemporaryFolder { folder in
            let file = try folder.write("token", "old\n")
            try await ScriptedServer.withServer { request, _ in
                if request.headers["Authorization"] == ["Bearer new"] { return .watch(bookmark(5)) }
                _ = try? folder.write("token", "new\n")
                return .refusal(401, "Unauthorized", "Unauthorized")
            } _: { server in
                let client = try client(server, kinds: [.service]) { $0.authentication.tokenFile = file }
                try await running(client) { inbox in
                    var replica = Replica()
                    try await replica.follow(inbox) { $0.isSynchronized }
                }
                #expect(server.requests.map { $0.headers["Authorization"] } == [["Bearer old"], ["Bearer new"]])
            }
        }
    }

    @Test func `a server that says nothing is noticed, and listed instead`() async throws {
        let log = LogLines()
        let list = #"{"kind":"ServiceList","apiVersion":"v1","metadata":{"resourceVersion":"5"},"items":[]}"#
        try await ScriptedServer.withServer { request, _ in
            request.uri.contains("watch=true") ? .watch() : .init(body: [Array(list.utf8)])
        } _: { server in
            let client = try client(server, kinds: [.service], log: log) {
                $0.limits.responsePatience = .milliseconds(200)
            }
            try await running(client) { inbox in
                var replica = Replica()
                try await replica.follow(inbox) { $0.isSynchronized }
            }
            #expect(server.targets.contains { !$0.contains("watch=true") })
        }
        #expect(log.all.count { $0.contains(" was silent for 0.2 s; next try in ") } >= 2)
    }

    @Test func `what the server does not say in JSON is in the log`() async throws {
        let log = LogLines()
        try await ScriptedServer.withServer { _, number in
            switch number {
            case 0:
                .init(
                    status: .serviceUnavailable, headers: ["Content-Type": "text/plain"],
                    body: [Array("no backend\nis alive".utf8)])
            case 1: .init(headers: ["Content-Type": "text/html"], body: [Array("<html>".utf8)])
            case 2: .init(body: [Array("{\"type\":\n".utf8)])
            default: .watch(bookmark(5))
            }
        } _: { server in
            try await running(client(server, kinds: [.service], log: log)) { inbox in
                var replica = Replica()
                try await replica.follow(inbox) { $0.isSynchronized }
            }
        }
        #expect(log.all.count == 4)
        #expect(log.all[0].contains("answered 503 Service Unavailable: no backend is alive; next try in "))
        #expect(
            log.all[1].contains(
                "a response of type \"text/html\"; check that the URL is that of a Kubernetes API server")
        )
        #expect(log.all[2].contains("sent what cannot be read: "))
    }

    @Test func `an object that a list holds in a form that cannot be used keeps its last value`() async throws {
        let log = LogLines()
        let list = #"""
            {"kind":"ServiceList","apiVersion":"v1","metadata":{"resourceVersion":"9"},"items":[
            {"metadata":{"name":"web","namespace":"default","resourceVersion":"8"},"spec":{"clusterIP":"10.96.0.9",
            "clusterIPs":["10.96.0.9"],"type":"ClusterIP","ports":[{"port":"x","protocol":"TCP"}]}}]}
            """#
        try await ScriptedServer.withServer { request, number in
            switch number {
            case 0: .watch(event("ADDED", "web", 3), event("ADDED", "old", 4), bookmark(5))
            case 1: .refusal(410, "Expired")
            case 2: .refusal(422, "Invalid")
            case 3: .init(body: [Array(list.utf8)])
            default: .watch()
            }
        } _: { server in
            try await running(client(server, kinds: [.service], log: log)) { inbox in
                var replica = Replica()
                try await replica.follow(inbox) { $0.isSynchronized }
                server.finish("/api")
                try await replica.follow(inbox) { $0.summary == ["default/web@3"] }
            }
        }
        #expect(log.all.contains { $0.hasPrefix("warning: Service default/web: spec.ports[0].port: ") })
    }

    @Test func `a list beyond the limit is not taken in`() async throws {
        let log = LogLines()
        let list = #"{"kind":"ServiceList","apiVersion":"v1","metadata":{"resourceVersion":"5"},"items":[]}"#
        try await ScriptedServer.withServer { request, _ in
            if request.uri.contains("sendInitialEvents") { return .refusal(422, "Invalid") }
            if request.uri.contains("watch=true") { return .watch() }
            let isPaged = !request.uri.contains("resourceVersion=0")
            return .init(body: [Array((list + String(repeating: " ", count: isPaged ? 0 : 2000)).utf8)])
        } _: { server in
            let client = try client(server, kinds: [.service], log: log) { $0.responseLimit = 1000 }
            try await running(client) { inbox in
                var replica = Replica()
                try await replica.follow(inbox) { $0.isSynchronized }
            }
        }
        #expect(
            log.all.contains {
                $0.contains("list services: ") && $0.contains("sent more than 0 MiB at once; next try in")
            })
    }

    @Test func `a missing right is in the log in the server's words`() async throws {
        let log = LogLines()
        try await ScriptedServer.withServer { _, _ in
            .refusal(403, "Forbidden", "services is forbidden: User system:anonymous cannot list resource")
        } _: { server in
            try await running(client(server, kinds: [.service], log: log)) { _ in
                let line = try await log.line(with: "403")
                #expect(
                    line.contains("answered 403 Forbidden: services is forbidden: User system:anonymous cannot list"))
                #expect(line.hasSuffix("; no Services are known until then"))
            }
        }
    }
}
