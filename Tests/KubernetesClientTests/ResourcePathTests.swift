import KubernetesAPI
import ObjectSource
import Testing

@testable import KubernetesClient

@Suite struct ResourcePathTests {
    private func path(_ kind: ObjectKind) throws -> ResourcePath {
        let selections = KindSelection.nodeProxy(nodeName: "n1.example")
        return ResourcePath(selection: try #require(selections.first { $0.kind == kind }))
    }

    @Test func `a node proxy asks for each kind where it lives, and only for what is its own`() throws {
        let list = ResourceRequest.list(ListRequest(resourceVersion: "0", limit: 500))
        #expect(
            try path(.service).target(of: list)
                == """
                /api/v1/services?labelSelector=%21service.kubernetes.io%2Fservice-proxy-name&\
                fieldSelector=spec.clusterIP%21%3DNone&limit=500&resourceVersion=0
                """
        )
        #expect(
            try path(.endpointSlice).target(of: list)
                == """
                /apis/discovery.k8s.io/v1/endpointslices?labelSelector=%21service.kubernetes.io%2Fheadless&limit=500&\
                resourceVersion=0
                """
        )
        #expect(
            try path(.node).target(of: list)
                == "/api/v1/nodes?fieldSelector=metadata.name%3Dn1.example&limit=500&resourceVersion=0")
        #expect(
            try path(.serviceCIDR).target(of: list)
                == "/apis/networking.k8s.io/v1/servicecidrs?limit=500&resourceVersion=0")
    }

    @Test func `a consumer that selects nothing asks for all objects`() {
        let path = ResourcePath(selection: KindSelection(.service))
        #expect(
            path.target(of: .list(ListRequest(resourceVersion: "0", limit: 500)))
                == "/api/v1/services?limit=500&resourceVersion=0")
    }

    @Test func `a page that follows names its token alone`() {
        let page = ListRequest(resourceVersion: "", limit: 500, continueToken: "a+b/c=")
        #expect(
            ResourcePath(selection: KindSelection(.node)).target(of: .list(page))
                .hasSuffix("?limit=500&continue=a%2Bb%2Fc%3D"))
    }

    @Test func `a watch names version and timeout, and how it begins`() {
        let path = ResourcePath(selection: KindSelection(.node))
        #expect(
            path.target(of: .watch(WatchRequest(resourceVersion: "7", timeout: .seconds(400))))
                .hasSuffix("?watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=400"))
        #expect(
            path.target(
                of: .watch(WatchRequest(resourceVersion: "", sendInitialEvents: true, timeout: .seconds(400)))
            ).hasSuffix(
                """
                ?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&\
                timeoutSeconds=400
                """
            ))
    }
}
