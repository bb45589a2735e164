import KubernetesAPI
import Testing

@testable import KubernetesClient

@Suite struct ResourcePathTests {
    @Test func `each kind is asked for where it lives, and only what is ours`() {
        let list = ResourceRequest.list(ListRequest(resourceVersion: "0", limit: 500))
        #expect(
            ResourcePath(kind: .service, nodeName: "n1").target(of: list)
                == "/api/v1/services?labelSelector=%21service.kubernetes.io%2Fservice-proxy-name&fieldSelector=spec.clusterIP%21%3DNone&limit=500&resourceVersion=0"
        )
        #expect(
            ResourcePath(kind: .endpointSlice, nodeName: "n1").target(of: list)
                == "/apis/discovery.k8s.io/v1/endpointslices?labelSelector=%21service.kubernetes.io%2Fheadless&limit=500&resourceVersion=0"
        )
        #expect(
            ResourcePath(kind: .node, nodeName: "n1.example").target(of: list)
                == "/api/v1/nodes?fieldSelector=metadata.name%3Dn1.example&limit=500&resourceVersion=0")
    }

    @Test func `a page that follows names its token alone`() {
        let page = ListRequest(resourceVersion: "", limit: 500, continueToken: "a+b/c=")
        #expect(
            ResourcePath(kind: .node, nodeName: "n").target(of: .list(page))
                .hasSuffix("&limit=500&continue=a%2Bb%2Fc%3D"))
    }

    @Test func `a watch names version and timeout, and how it begins`() {
        let path = ResourcePath(kind: .node, nodeName: "n")
        #expect(
            path.target(of: .watch(WatchRequest(resourceVersion: "7", timeout: .seconds(400))))
                .hasSuffix("&watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=400"))
        #expect(
            path.target(
                of: .watch(WatchRequest(resourceVersion: "", sendInitialEvents: true, timeout: .seconds(400)))
            ).hasSuffix(
                "&watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=400"
            ))
    }
}
