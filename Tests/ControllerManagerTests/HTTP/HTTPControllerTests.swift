import ControllerManager
import DocumentAccess
import KubernetesClient
import KubernetesObjects
import Testing

/// The controllers and the API server over HTTP, as in a cluster; either may disappear at any moment.
@Suite(.serialized, .timeLimit(.minutes(10))) struct HTTPControllerTests {
    @Test func theControllersGoOnWhenTheServerComesBack() async throws {
        try await RestartableServer.with { server in
            try await server.withDocuments { documents in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await ControllerManager(source: documents, writer: documents, logger: TestServer.logger)
                            .run()
                    }
                    for name in ["first", "second", "third"] {
                        try await Self.createService(name, documents)
                        try await Self.expectEndpoints(of: name, documents)
                        await server.restart()
                    }
                    group.cancelAll()
                    while let result = await group.nextResult() {
                        if case .failure(let error) = result { #expect(error is CancellationError, "\(error)") }
                    }
                }
            }
        }
    }

    @Test func noEndpointIsLostOrDoubledWhenTheControllerIsKilledInARollout() async throws {
        try await RestartableServer.with { server in
            try await server.withDocuments { documents in
                let rollout = Rollout(documents: documents)
                try await rollout.begin()
                for round in 1...5 {
                    let controller = try ControllerProcess(kubeconfig: server.kubeconfig)
                    try await rollout.replacePods(round)
                    // At any moment of its work: the delay only varies the moment.
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0...400)))
                    controller.kill()
                }
                let controller = try ControllerProcess(kubeconfig: server.kubeconfig)
                try await rollout.expectEachEndpointOnce()
                controller.kill()
            }
        }
    }

    private static func createService(_ name: String, _ documents: HTTPDocuments) async throws {
        let service = Document([
            "kind": "Service", "apiVersion": "v1", "metadata": ["name": .string(name), "namespace": "default"],
            "spec": ["selector": ["app": "web"], "ports": [["port": 80]]],
        ])
        _ = try await eventually("Service \(name)") { try await documents.create(service, .services) }
    }

    /// The Endpoints are written after the slice.
    private static func expectEndpoints(of service: String, _ documents: HTTPDocuments) async throws {
        _ = try await eventually("the Endpoints of \(service)") {
            try await documents.read(.endpoints, namespace: "default", name: service)
        }
    }

    /// A request on a connection to the old server fails and is retried.
    private static func eventually(
        _ what: String, _ request: () async throws -> Document
    ) async throws -> Document? {
        try await TestServer.wait(for: what) {
            do {
                return try await request()
            } catch let error as ClientError where error.isRetryable {
                return nil
            } catch let status as APIStatus where status.code == 404 {
                return nil
            }
        }
    }
}
