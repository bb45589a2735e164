import KubernetesObjects
import ObjectStore

extension ResourceHandler {
    /// Binds a Pod to a node: `POST pods/NAME/binding`, and `POST bindings`.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/binding-v1/
    func bind(_ request: ResourceRequest) async throws -> APIResponse {
        let options = try WriteOptions(request.http)
        let body = Document(try request.body()?.json.object ?? [:])
        let name = request.name.isEmpty ? body.name : request.name
        guard let pods = registry.resources.definition(GroupVersion("v1"), resource: "pods") else {
            throw APIStatus.unknownPath
        }
        try await registry.write(dryRun: options.isDryRun) { writer in
            guard let old = try writer.document(pods.key(namespace: request.namespace, name: name)) else {
                throw APIStatus.notFound(pods.groupResource, name: name)
            }
            var new = old
            try PodBehaviour.bind(&new, body, now: writer.now)
            _ = try writer.replace(pods, new, old: old, isDryRun: options.isDryRun)
        }
        let status = APIStatus(isSuccess: true, code: 201, reason: "", message: "")
        return APIResponse(status: 201, json: status.json)
    }

    /// Evicts a Pod, as for draining a node. There are no disruption budgets.
    ///
    /// https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
    func evict(_ request: ResourceRequest) async throws -> APIResponse {
        let body = try request.body()?.json ?? .object([:])
        var options = DeleteOptions()
        options.gracePeriod = body[path: "deleteOptions", "gracePeriodSeconds"]?.integer
        options.uid = body[path: "deleteOptions", "preconditions", "uid"]?.string
        options.isDryRun = try WriteOptions(request.http).isDryRun
        let decided = options
        try await registry.write(dryRun: decided.isDryRun) { writer in
            _ = try writer.delete(request.definition, namespace: request.namespace, name: request.name, decided)
        }
        let status = APIStatus(isSuccess: true, code: 201, reason: "", message: "")
        return APIResponse(status: 201, json: status.json)
    }
}
