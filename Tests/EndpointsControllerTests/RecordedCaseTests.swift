import ControllerTestKit
import EndpointsController
import KubernetesObjects
import Testing

/// Compares the core with kube-controller-manager 1.36.
@Suite struct RecordedCaseTests {
    @Test(arguments: RecordedCase.all)
    func theCoreDoesWhatKubeControllerManagerDid(_ name: String) throws {
        let recorded = try RecordedCase(name)
        var controller = MemoryController()
        for (index, document) in recorded.input.enumerated() {
            controller.api.create(document, collection: Self.collection(document, recorded.namespace))
            // Processing a thousand Pods after each one would take minutes.
            if index < 100 || index % 100 == 0 { controller.settle() }
        }
        controller.settle()
        try compare(controller, recorded, step: 0)
        for (index, requests) in recorded.steps.enumerated() {
            for request in requests {
                try controller.api.send(request)
                controller.settle()
            }
            try compare(controller, recorded, step: index + 1)
        }
    }

    @Test(arguments: RecordedCase.all)
    func aControllerThatTakesOverWritesNothing(_ name: String) throws {
        let recorded = try RecordedCase(name)
        var controller = MemoryController()
        for document in recorded.input {
            controller.api.create(document, collection: Self.collection(document, recorded.namespace))
        }
        controller.settle()
        controller.restart()
        #expect(controller.settle() == 0)
        // A change of a Node alone takes effect later, as in kube-controller-manager.
        guard !["17-prefer-close", "23-node-missing"].contains(name) else { return }
        for requests in recorded.steps {
            for request in requests {
                try controller.api.send(request)
                controller.settle()
            }
            controller.restart()
            #expect(controller.settle() == 0)
        }
    }

    private func compare(_ controller: MemoryController, _ recorded: RecordedCase, step: Int) throws {
        let picture = EndpointsPicture.of(
            slices: controller.api.documents("EndpointSlice"), endpoints: controller.api.documents("Endpoints"))
        let expected = try recorded.expected(after: step)
        #expect(
            picture == expected,
            """
            \(recorded) after step \(step):\n\(EndpointsPicture.text(picture))\nand \
            not\n\(EndpointsPicture.text(expected))
            """
        )
    }

    private static func collection(_ document: Document, _ namespace: String) -> String {
        switch document.kind {
        case "Node": "/api/v1/nodes"
        case "Service": "/api/v1/namespaces/\(namespace)/services"
        case "Pod": "/api/v1/namespaces/\(namespace)/pods"
        case "Endpoints": "/api/v1/namespaces/\(namespace)/endpoints"
        default: "/apis/discovery.k8s.io/v1/namespaces/\(namespace)/endpointslices"
        }
    }
}
