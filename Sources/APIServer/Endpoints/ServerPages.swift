import KubernetesObjects
import Synchronization

/// Everything served besides objects: discovery, schemas, version, health.
struct ServerPages: Sendable {
    let resources: ResourceTable
    let address: String
    let isReady: @Sendable () -> Bool
    private let cache = PageCache()

    init(resources: ResourceTable, address: String, isReady: @escaping @Sendable () -> Bool) {
        self.resources = resources
        self.address = address
        self.isReady = isReady
    }

    func answer(_ request: APIRequest, _ target: RequestTarget) -> APIResponse? {
        guard request.method == "GET" || request.method == "HEAD" else { return nil }
        switch request.path {
        case "/": return APIResponse(json: ["paths": .array(paths.map(JSONValue.string))])
        case "/version", "/version/": return APIResponse(body: .bytes(Array(ServerVersion.text.utf8)))
        case "/healthz", "/livez": return .text("ok")
        case "/readyz": return isReady() ? .text("ok") : .text("not ready yet\n", status: 500)
        case "/api", "/api/":
            return aggregated(request, groups: false) ?? APIResponse(json: Discovery.core(address: address))
        case "/apis", "/apis/":
            return aggregated(request, groups: true) ?? APIResponse(json: Discovery.groupList(resources))
        case "/openapi/v2": return openAPIv2(request)
        case "/openapi/v3":
            return APIResponse(body: .bytes(cache.page(request.path) { JSONWriter.bytes(OpenAPIV3.index(resources)) }))
        default: break
        }
        for prefix in ["/healthz/", "/livez/", "/readyz/"] where request.path.hasPrefix(prefix) {
            return request.path.dropFirst(prefix.count) == "ping" ? .text("ok") : nil
        }
        if request.path.hasPrefix("/openapi/v3/") { return schema(request.path.dropFirst("/openapi/v3/".count)) }
        return discovery(request.path)
    }

    /// https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
    private func aggregated(_ request: APIRequest, groups: Bool) -> APIResponse? {
        for type in request.header("accept").split(separator: ",").map(MediaType.init) {
            if type.name == "application/json", type.parameters["as"] == nil { return nil }
            guard type.name == "application/json", type.parameters["as"] == "APIGroupDiscoveryList",
                type.parameters["g"] == "apidiscovery.k8s.io", let version = type.parameters["v"],
                version == "v2"
            else { continue }
            var response = APIResponse(json: Discovery.aggregated(resources, groups: groups))
            response.contentType = "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList"
            response.headers.append(("vary", "Accept"))
            return response
        }
        return nil
    }

    private func discovery(_ path: String) -> APIResponse? {
        let parts = path.split(separator: "/").map(String.init)
        switch (parts.first, parts.count) {
        case ("api", 2):
            return Discovery.resourceList(resources, GroupVersion(group: "", version: parts[1])).map {
                APIResponse(json: $0)
            }
        case ("apis", 2): return Discovery.group(resources, parts[1]).map { APIResponse(json: $0) }
        case ("apis", 3):
            return Discovery.resourceList(resources, GroupVersion(group: parts[1], version: parts[2])).map {
                APIResponse(json: $0)
            }
        default: return nil
        }
    }

    private func schema(_ path: Substring) -> APIResponse? {
        let parts = path.split(separator: "/").map(String.init)
        let groupVersion: GroupVersion
        switch (parts.first, parts.count) {
        case ("api", 2): groupVersion = GroupVersion(group: "", version: parts[1])
        case ("apis", 3): groupVersion = GroupVersion(group: parts[1], version: parts[2])
        default: return nil
        }
        guard resources.groupVersions.contains(groupVersion) else { return nil }
        let page = cache.page("/openapi/v3/\(groupVersion)") { OpenAPIV3.document(resources, groupVersion) ?? [] }
        return APIResponse(body: .bytes(page))
    }

    private func openAPIv2(_ request: APIRequest) -> APIResponse {
        APIResponse(
            contentType: "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
            body: .bytes(cache.page("/openapi/v2") { OpenAPIV2.protobuf(resources) }))
    }

    private var paths: [String] {
        var paths = ["/api", "/api/v1", "/apis", "/apis/"]
        for groupVersion in resources.groupVersions where !groupVersion.group.isEmpty {
            paths += ["/apis/\(groupVersion.group)", "/apis/\(groupVersion)"]
        }
        return paths + ["/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"]
    }
}

/// Constant pages that are costly to make, by their parameters. There is one per group version.
private final class PageCache: Sendable {
    private let pages = Mutex<[String: [UInt8]]>([:])

    func page(_ name: String, _ make: () -> [UInt8]) -> [UInt8] {
        if let known = pages.withLock({ $0[name] }) { return known }
        let made = make()
        pages.withLock { $0[name] = made }
        return made
    }
}

/// The version of the Kubernetes API that is served.
enum ServerVersion {
    static let text = """
        {
          "major": "1",
          "minor": "36",
          "emulationMajor": "1",
          "emulationMinor": "36",
          "minCompatibilityMajor": "1",
          "minCompatibilityMinor": "35",
          "gitVersion": "v1.36.2+servicelet",
          "gitCommit": "",
          "gitTreeState": "clean",
          "buildDate": "1970-01-01T00:00:00Z",
          "goVersion": "",
          "compiler": "swift",
          "platform": "linux"
        }
        """
}
