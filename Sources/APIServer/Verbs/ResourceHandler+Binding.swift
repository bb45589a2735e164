import KubernetesObjects
import ObjectStore

extension ResourceHandler {
    /// Gives a Pod its node: `POST pods/NAME/binding`, and `POST bindings`.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/binding-v1/
    func bind(_ request: ResourceRequest) async throws -> APIResponse {
        let options = try WriteOptions(request.http)
        let body = try RequestBody.json(request.http) ?? .object([:])
        let node = body[path: "target", "name"]?.string ?? ""
        guard !node.isEmpty else {
            throw APIStatus.invalid(
                kind: GroupKind(group: "", kind: "Binding"), name: request.name, [.required("target.name")])
        }
        try await registry.write(dryRun: options.isDryRun) { writer in
            let key = request.definition.key(namespace: request.namespace, name: request.name)
            guard let old = try writer.document(key) else {
                throw APIStatus.notFound(request.groupResource, name: request.name)
            }
            let refuse = { (problem: String) in
                APIStatus.conflict(GroupResource(group: "", resource: "pods/binding"), name: request.name, problem)
            }
            if old.deletionTimestamp != nil { throw refuse("pod \(request.name) is being deleted, cannot be assigned to a host") }
            if let present = old[path: "spec", "nodeName"]?.string, !present.isEmpty {
                throw refuse("pod \(request.name) is already assigned to node \"\(present)\"")
            }
            var new = old
            new[path: "spec", "nodeName"] = .string(node)
            var conditions = old[path: "status", "conditions"]?.array ?? []
            conditions.removeAll { $0["type"]?.string == "PodScheduled" }
            conditions.append([
                "type": "PodScheduled", "status": "True",
                "lastTransitionTime": .string(APITime.text(seconds: writer.now)),
            ])
            new[path: "status", "conditions"] = .array(conditions)
            _ = try writer.replace(request.definition, new, old: old, isDryRun: options.isDryRun)
        }
        let status = APIStatus(isSuccess: true, code: 201, reason: "", message: "")
        return APIResponse(status: 201, json: status.json)
    }
}
