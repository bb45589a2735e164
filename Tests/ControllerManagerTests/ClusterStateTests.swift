import DocumentAccess
import EndpointsController
import KubernetesAPI
import KubernetesObjects
import Testing

@testable import ControllerManager

@Suite struct ClusterStateTests {
    private func service(_ name: String) -> Document {
        Document([
            "kind": "Service", "metadata": ["name": .string(name), "namespace": "default", "uid": .string(name)],
            "spec": ["selector": ["app": "web"]],
        ])
    }

    private func list(
        _ state: ClusterState<EndpointsCluster>, _ names: [String], isFirst: Bool = true, isLast: Bool = true
    ) async -> Set<String> {
        let documents = names.map(service)
        let page = DocumentPage(documents, version: "9", isFirst: isFirst, isLast: isLast)
        let concerned = await state.apply(
            page, of: .service, documents.map { EndpointsCluster.Change(.service, $0) })
        return Set(concerned.map(\.name))
    }

    @Test func whatANewListNoLongerHasIsGone() async {
        let state = ClusterState(EndpointsCluster())
        #expect(await list(state, ["a", "b"], isLast: false) == ["a", "b"])
        #expect(await list(state, ["c"], isFirst: false) == ["c"])
        #expect(await list(state, ["a"]) == ["b", "c"])
    }

    @Test func pagesOfAListThatWasBrokenOffKeepNothingAlive() async {
        let state = ClusterState(EndpointsCluster())
        _ = await list(state, ["a", "b"])
        _ = await list(state, ["a"], isLast: false)
        #expect(await list(state, ["b"]) == ["a"])
    }

    @Test func nothingIsCompleteBeforeEachKindWasListed() async {
        let state = ClusterState(EndpointsCluster())
        for kind in EndpointsCluster.Kind.allCases {
            #expect(await !state.isComplete)
            _ = await state.apply(DocumentPage([], version: "1", isFirst: true, isLast: true), of: kind, [])
        }
        #expect(await state.isComplete)
    }
}
