import KubernetesObjects
import Testing

@testable import APIServer

@Suite struct RequestTargetTests {
    private func target(_ method: String, _ path: String) -> RequestTarget {
        RequestTarget(APIRequest(method: method, target: path))
    }

    @Test func objectsAndCollectionsAreTold() {
        let one = target("GET", "/apis/apps/v1/namespaces/shop/deployments/web/scale")
        #expect(one.verb == "get")
        #expect(one.groupVersion.description == "apps/v1")
        #expect(one.namespace == "shop")
        #expect(one.resource == "deployments")
        #expect(one.name == "web")
        #expect(one.subresource == "scale")
        #expect(target("DELETE", "/api/v1/namespaces/a/pods").verb == "deletecollection")
        #expect(target("DELETE", "/api/v1/namespaces/a/pods/b").verb == "delete")
        #expect(target("GET", "/api/v1/pods?watch=true").verb == "watch")
        #expect(target("GET", "/api/v1/watch/pods").verb == "watch")
        #expect(target("GET", "/api/v1/pods?watch=false").verb == "list")
    }

    @Test func namespacesAreObjectsThemselves() {
        let namespace = target("PUT", "/api/v1/namespaces/shop/finalize")
        #expect(namespace.resource == "namespaces")
        #expect(namespace.name == "shop")
        #expect(namespace.subresource == "finalize")
        #expect(target("GET", "/api/v1/namespaces").resource == "namespaces")
    }

    @Test func aSelectedNameCountsForAccessOnly() {
        let list = target("GET", "/api/v1/pods?fieldSelector=metadata.name%3Dweb")
        #expect(list.name == "web")
        #expect(list.pathName.isEmpty)
    }

    @Test func otherPathsAreNoResources() {
        #expect(!target("GET", "/api/v1").isResource)
        #expect(!target("GET", "/apis/apps/v1").isResource)
        #expect(!target("GET", "/healthz").isResource)
        #expect(!target("GET", "/").isResource)
    }

    @Test func queriesAreDecoded() {
        let query = QueryParameters("labelSelector=a%3Db%2Cc&limit=5&watch&x=a+b")
        #expect(query["labelSelector"] == "a=b,c")
        #expect(query["limit"] == "5")
        #expect(query.flag("watch"))
        #expect(query["x"] == "a b")
        #expect(!query.flag("absent"))
    }
}
