import KubernetesObjects
import ObjectStore

/// The `scale` subresource: the number of replicas, in the same form for all kinds.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/scale-v1/
extension ResourceHandler {
    func getScale(_ request: ResourceRequest) throws -> APIResponse {
        try ObjectAnswer(request).scale(Scale.of(try stored(request).decoded()))
    }

    func writeScale(_ request: ResourceRequest, isPatch: Bool) async throws -> APIResponse {
        let options = try WriteOptions(request.http, isPatch: isPatch)
        let body = try scaleBody(request, isPatch: isPatch)
        let scale = try await registry.write(dryRun: options.isDryRun) { writer -> Document in
            let key = request.definition.key(namespace: request.namespace, name: request.name)
            guard let old = try writer.document(key) else {
                throw APIStatus.notFound(request.groupResource, name: request.name)
            }
            let present = isPatch ? old.spec["replicas"]?.integer ?? 0 : 0
            let replicas = body[path: "spec", "replicas"]?.integer ?? present
            let version = body[path: "metadata", "resourceVersion"]?.string ?? ""
            guard version.isEmpty || version == old.resourceVersion else {
                throw APIStatus.modified(request.groupResource, name: request.name)
            }
            guard replicas >= 0 else {
                throw APIStatus.invalid(
                    kind: GroupKind(group: "autoscaling", kind: "Scale"), name: request.name,
                    [.invalid("spec.replicas", .integer(replicas), "must be greater than or equal to 0")])
            }
            var new = old
            new[path: "spec", "replicas"] = .integer(replicas)
            new = ManagedFields.update(
                new, old: old, request.definition, subresource: "scale", manager: options.fieldManager,
                now: writer.now)
            let bytes = try writer.update(request.definition, new, old: old, isDryRun: options.isDryRun)
            return Scale.of(try StoredDocument.decode(bytes))
        }
        return try ObjectAnswer(request).scale(scale)
    }

    /// The value of a whole Scale, or of a merge patch.
    private func scaleBody(_ request: ResourceRequest, isPatch: Bool) throws(APIStatus) -> JSONValue {
        guard isPatch else { return try request.body()?.json ?? .object([:]) }
        let patch: JSONValue
        do throws(JSONSyntaxError) {
            patch = try JSONParser.parse(request.http.body)
        } catch {
            throw .badRequest("\(error)")
        }
        guard let operations = patch.array else { return patch }
        for operation in operations where operation["path"]?.string == "/spec/replicas" {
            return ["spec": ["replicas": operation["value"] ?? 0]]
        }
        throw .badRequest("the patch of a scale may only change /spec/replicas")
    }
}
