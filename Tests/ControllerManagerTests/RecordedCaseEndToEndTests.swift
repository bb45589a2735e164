import ControllerManager
import ControllerTestKit
import KubernetesObjects
import Testing

/// The controllers on an API server, compared with kube-controller-manager 1.36 on kube-apiserver.
@Suite struct RecordedCaseEndToEndTests {
    @Test(arguments: RecordedCase.all)
    func theControllersDoWhatKubeControllerManagerDid(_ name: String) async throws {
        let recorded = try RecordedCase(name)
        try await TestServer.with([Self.controllers]) { server in
            try await Self.create(recorded, server)
            try await Self.compare(recorded, step: 0, server)
            for (index, requests) in recorded.steps.enumerated() {
                for request in requests { try await Self.send(request, server) }
                try await Self.compare(recorded, step: index + 1, server)
            }
        }
    }

    private static let controllers: @Sendable (TestServer) async throws -> Void = { server in
        let documents = server.documents()
        try await ControllerManager(source: documents, writer: documents, logger: TestServer.logger).run()
    }

    private static func create(_ recorded: RecordedCase, _ server: TestServer) async throws {
        try await server.send(
            "POST", "/api/v1/namespaces", ["kind": "Namespace", "metadata": ["name": .string(recorded.namespace)]])
        for document in recorded.input {
            let collection = Self.collection(document.kind, recorded.namespace)
            let created = try await server.send("POST", collection, .object(document.object))
            guard let status = document["status"] else { continue }
            var reported = created
            reported["status"] = status
            try await server.send("PUT", "\(collection)/\(document.name)/status", .object(reported.object))
        }
    }

    private static func send(_ request: RecordedCase.Request, _ server: TestServer) async throws {
        guard let list = request.each else {
            return _ = try await server.send(request.method, request.path, request.body, type: request.type)
        }
        let collection = list.prefix { $0 != "?" }
        for document in try await server.list(list) {
            try await server.send(
                request.method, "\(collection)/\(document.name)", request.body, type: request.type)
        }
    }

    private static func compare(_ recorded: RecordedCase, step: Int, _ server: TestServer) async throws {
        let expected = try recorded.expected(after: step)
        var picture: JSONValue = .null
        // Right once is not enough: what the controllers have still to do would happen after the next step.
        var matches = 0
        let end = ContinuousClock.now.advanced(by: .seconds(180))
        while matches < 6, ContinuousClock.now < end {
            try await ContinuousClock().sleep(for: .milliseconds(50))
            picture = EndpointsPicture.of(
                slices: try await server.list(collection("EndpointSlice", recorded.namespace)),
                endpoints: try await server.list(collection("Endpoints", recorded.namespace)))
            matches = picture == expected ? matches + 1 : 0
        }
        #expect(
            picture == expected,
            """
            \(recorded) after step \(step):\n\(EndpointsPicture.text(picture))\nand \
            not\n\(EndpointsPicture.text(expected))
            """
        )
    }

    private static func collection(_ kind: String, _ namespace: String) -> String {
        switch kind {
        case "Node": "/api/v1/nodes"
        case "Service": "/api/v1/namespaces/\(namespace)/services"
        case "Pod": "/api/v1/namespaces/\(namespace)/pods"
        case "Endpoints": "/api/v1/namespaces/\(namespace)/endpoints"
        default: "/apis/discovery.k8s.io/v1/namespaces/\(namespace)/endpointslices"
        }
    }
}
