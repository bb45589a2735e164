import ControllerManager
import KubernetesObjects
import Synchronization
import Testing

/// Several instances on one API server.
@Suite struct LeaderTests {
    @Test func exactlyOneOfTwoInstancesWritesAndTheOtherTakesOver() async throws {
        try await TestServer.with { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await withThrowingTaskGroup(of: Void.self) { first in
                    first.addTask { try await Self.run(server, "first") }
                    try await Self.expectSlice(server, of: "early", writtenBy: "first")
                    group.addTask { try await Self.run(server, "second") }
                    for number in 0..<5 {
                        try await Self.expectSlice(server, of: "web-\(number)", writtenBy: "first")
                    }
                    first.cancelAll()
                }
                try await Self.expectSlice(server, of: "late", writtenBy: "second")
                group.cancelAll()
            }
        }
    }

    private static func run(_ server: TestServer, _ identity: String) async throws {
        let documents = server.documents(identity)
        let election = LeaderElection.Options(
            namespace: "kube-system", name: "controllers", identity: identity, leaseDuration: .seconds(15),
            renewDeadline: .seconds(10), retryPeriod: .milliseconds(100))
        do {
            try await ControllerManager(source: documents, writer: documents, logger: TestServer.logger)
                .run(electedBy: election)
        } catch is CancellationError {
            return
        }
    }

    private static func expectSlice(_ server: TestServer, of service: String, writtenBy manager: String) async throws {
        try await server.send(
            "POST", "/api/v1/namespaces/default/services",
            [
                "kind": "Service", "metadata": ["name": .string(service)],
                "spec": ["selector": ["app": "web"], "ports": [["port": 80]]],
            ])
        let slices = try await server.wait(for: "a slice of \(service)") {
            let list = try await server.list(
                "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
                    + "?labelSelector=kubernetes.io/service-name%3D\(service)")
            return list.isEmpty ? nil : list
        }
        #expect(slices?.count == 1)
        #expect(slices?.first?.managedFields.map { $0["manager"]?.string } == [manager])
    }
}
