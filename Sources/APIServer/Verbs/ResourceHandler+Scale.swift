import KubernetesObjects
import ObjectStore

/// The `scale` subresource: the number of replicas, in the same form for every kind that has one.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/scale-v1/
extension ResourceHandler {
    func getScale(_ request: ResourceRequest) throws -> APIResponse {
        let document = try stored(request).decoded()
        return APIResponse(json: .object(ScaleForm.scale(of: document).object))
    }

    func writeScale(_ request: ResourceRequest, isPatch: Bool) async throws -> APIResponse {
        let options = try WriteOptions(request.http, isPatch: isPatch)
        let body = try RequestBody.valueOfPatchOrObject(request.http)
        let bytes = try await registry.write(dryRun: options.isDryRun) { writer -> [UInt8] in
            let key = request.definition.key(namespace: request.namespace, name: request.name)
            guard let old = try writer.document(key) else {
                throw APIStatus.notFound(request.groupResource, name: request.name)
            }
            var scale = ScaleForm.scale(of: old)
            let replicas = body[path: "spec", "replicas"]?.integer ?? (isPatch ? scale.spec["replicas"]?.integer ?? 0 : 0)
            let version = body[path: "metadata", "resourceVersion"]?.string ?? ""
            guard version.isEmpty || version == old.resourceVersion else {
                throw APIStatus.modified(request.groupResource, name: request.name)
            }
            guard replicas >= 0 else {
                throw APIStatus.invalid(
                    kind: GroupKind(group: "autoscaling", kind: "Scale"), name: request.name,
                    [
                        .invalid(
                            "spec.replicas", .integer(replicas), "must be greater than or equal to 0")
                    ])
            }
            scale[path: "spec", "replicas"] = replicas == 0 ? nil : .integer(replicas)
            var new = old
            new[path: "spec", "replicas"] = .integer(replicas)
            new = ManagedFields.update(
                new, old: old, request.definition, subresource: "scale", manager: options.fieldManager,
                now: writer.now)
            let bytes = try writer.update(request.definition, new, old: old, isDryRun: options.isDryRun)
            return StoredDocument.bytes(ScaleForm.scale(of: try StoredDocument.decode(bytes)))
        }
        return APIResponse(body: .bytes(bytes))
    }
}

enum ScaleForm {
    static func scale(of document: Document) -> Document {
        var metadata: JSONObject = [
            "name": .string(document.name), "namespace": .string(document.namespace), "uid": .string(document.uid),
            "resourceVersion": .string(document.resourceVersion),
        ]
        if let created = document.creationTimestamp { metadata["creationTimestamp"] = .string(created) }
        var spec = JSONObject()
        let replicas = document.spec["replicas"]?.integer ?? 0
        if replicas != 0 { spec["replicas"] = .integer(replicas) }
        var status: JSONObject = ["replicas": document.status["replicas"] ?? 0]
        let selector = selector(document)
        if !selector.isEmpty { status["selector"] = .string(selector) }
        return Document([
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": .object(metadata), "spec": .object(spec),
            "status": .object(status),
        ])
    }

    /// The selector as text: `app=web,tier in (a,b),!old`.
    private static func selector(_ document: Document) -> String {
        let selector = document.spec["selector"]
        var parts = (selector?["matchLabels"]?.textMap ?? [:]).map { "\($0.key)=\($0.value)" }
        for expression in selector?["matchExpressions"]?.array ?? [] {
            let key = expression["key"]?.string ?? ""
            let values = (expression["values"]?.array?.compactMap(\.string) ?? []).sorted().joined(separator: ",")
            switch expression["operator"]?.string {
            case "In": parts.append("\(key) in (\(values))")
            case "NotIn": parts.append("\(key) notin (\(values))")
            case "Exists": parts.append(key)
            case "DoesNotExist": parts.append("!\(key)")
            default: break
            }
        }
        return parts.sorted().joined(separator: ",")
    }
}

extension RequestBody {
    /// The value of a whole object, or of a merge patch, which is enough for `Scale`.
    static func valueOfPatchOrObject(_ request: APIRequest) throws(APIStatus) -> JSONValue {
        let type = MediaType(request.header("content-type")).name
        if type == "application/json-patch+json" { return try scaleOfJSONPatch(request.body) }
        if type.hasSuffix("patch+json") {
            do throws(JSONSyntaxError) {
                return try JSONParser.parse(request.body)
            } catch {
                throw .badRequest("\(error)")
            }
        }
        return try json(request) ?? .object([:])
    }

    private static func scaleOfJSONPatch(_ body: [UInt8]) throws(APIStatus) -> JSONValue {
        let operations: JSONValue
        do throws(JSONSyntaxError) { operations = try JSONParser.parse(body) } catch { throw .badRequest("\(error)") }
        for operation in operations.array ?? [] where operation["path"]?.string == "/spec/replicas" {
            return ["spec": ["replicas": operation["value"] ?? 0]]
        }
        throw .badRequest("the patch of a scale may only change /spec/replicas")
    }
}
