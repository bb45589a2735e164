import ControllerManager
import KubernetesObjects
import MachineController
import NIOCore
import NIOPosix
import Testing

/// The machine's Node and Pods, with real connections.
@Suite struct MachineLoopTests {
    @Test func aPodIsReadyWhileItsProcessListens() async throws {
        try await TestServer.with([Self.machine]) { server in
            let listener = try await Self.listen()
            let port = Int64(listener.localAddress?.port ?? 0)
            try await server.send("POST", Self.pods, Self.pod("db", probe: ["tcpSocket": ["port": .integer(port)]]))
            try await Self.expect(server, "db", ready: "True")
            let pod = try await server.send("GET", "\(Self.pods)/db")
            #expect(pod.spec["nodeName"] == "this")
            #expect(pod.status["phase"] == "Running")
            #expect(pod.status["podIP"] == "127.0.0.1")
            try await listener.close()
            try await Self.expect(server, "db", ready: "False")
        }
    }

    @Test func aContainerThatAsksForACommandIsNeverReadyAndSaysWhy() async throws {
        try await TestServer.with([Self.machine]) { server in
            try await server.send("POST", Self.pods, Self.pod("db", probe: ["exec": ["command": ["true"]]]))
            try await Self.expect(server, "db", ready: "False")
            let pod = try await server.send("GET", "\(Self.pods)/db")
            let ready = pod.status["conditions"]?.array?.first { $0["type"] == "Ready" }
            #expect(ready?["message"]?.string?.contains("exec") == true)
        }
    }

    @Test func aPodWithoutProbeIsReadyAtOnceAndOthersAreLeftAlone() async throws {
        try await TestServer.with([Self.machine]) { server in
            var plain = Self.pod("plain", probe: nil)
            plain.set(nil, at: ["metadata", "annotations"])
            try await server.send("POST", Self.pods, plain)
            try await server.send("POST", Self.pods, Self.pod("db", probe: nil))
            try await Self.expect(server, "db", ready: "True")
            let pod = try await server.send("GET", "\(Self.pods)/plain")
            #expect(pod.spec["nodeName"] == nil)
            #expect(pod.status["phase"] == "Pending")
        }
    }

    @Test func theNodeIsThereAndComesBack() async throws {
        try await TestServer.with([Self.machine]) { server in
            _ = try await server.wait(for: "the Node") {
                try await server.list("/api/v1/nodes").first { !$0.status["addresses"].isNothing }
            }
        }
    }

    @Test func eachNamespaceHasItsAccountAndGetsItBack() async throws {
        let accounts: @Sendable (TestServer) async throws -> Void = { server in
            let documents = server.documents()
            try await DefaultAccounts(source: documents, writer: documents, logger: TestServer.logger).run()
        }
        try await TestServer.with([accounts]) { server in
            let path = "/api/v1/namespaces/shop/serviceaccounts"
            try await server.send("POST", "/api/v1/namespaces", ["kind": "Namespace", "metadata": ["name": "shop"]])
            let first = try await server.wait(for: "the ServiceAccount") { try await server.list(path).first }
            #expect(first?.name == "default")
            try await server.send("DELETE", "\(path)/default")
            _ = try await server.wait(for: "another ServiceAccount") {
                try await server.list(path).first { $0.uid != first?.uid }
            }
        }
    }

    private static let pods = "/api/v1/namespaces/default/pods"

    private static let machine: @Sendable (TestServer) async throws -> Void = { server in
        let documents = server.documents()
        let node = MachineNode(
            name: "this", addresses: ["192.0.2.1"], cpus: 2, memory: 1 << 30, architecture: "amd64", kernel: "6.1",
            system: "Linux", version: "0.1.0")
        try await MachineLoop(machine: node, source: documents, writer: documents, logger: TestServer.logger).run()
    }

    private static func pod(_ name: String, probe: JSONValue?) -> JSONValue {
        var container: JSONObject = ["name": "c", "image": "example.com/c"]
        if var probe {
            probe["periodSeconds"] = 1
            probe["failureThreshold"] = 1
            container["readinessProbe"] = probe
        }
        return [
            "kind": "Pod", "apiVersion": "v1",
            "metadata": ["name": .string(name), "annotations": ["servicelet.io/address": "127.0.0.1"]],
            "spec": ["containers": [.object(container)]],
        ]
    }

    private static func listen() async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: 0).get()
    }

    private static func expect(_ server: TestServer, _ name: String, ready: JSONValue) async throws {
        _ = try await server.wait(for: "Ready \(ready) of \(name)") {
            let pod = try await server.send("GET", "\(pods)/\(name)")
            let condition = pod.status["conditions"]?.array?.first { $0["type"] == "Ready" }
            return condition?["status"] == ready ? true : nil
        }
    }
}

extension JSONValue? {
    fileprivate var isNothing: Bool { self == nil || self == .null }
}
