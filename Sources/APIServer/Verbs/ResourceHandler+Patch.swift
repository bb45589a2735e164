import KubernetesObjects
import ObjectStore

extension ResourceHandler {
    func patch(_ request: ResourceRequest) async throws -> APIResponse {
        let options = try WriteOptions(request.http, isPatch: true)
        let type = try patchType(request)
        if type == .apply || type == .applyCBOR { return try await apply(request, options) }
        let subresource = request.subresource?.name ?? ""
        let (bytes, old, warnings) = try await registry.write(dryRun: options.isDryRun) {
            writer -> ([UInt8], Document, [String]) in
            let key = request.definition.key(namespace: request.namespace, name: request.name)
            guard let stored = try writer.document(key) else {
                throw APIStatus.notFound(request.groupResource, name: request.name)
            }
            let old = request.definition.fromStored(stored)
            var (new, warnings) = try Patch.apply(
                type: type, body: request.http.body, to: old, definition: request.definition, subresource: subresource,
                fieldValidation: options.fieldValidation)
            try checkPatched(&new, old: old, request)
            new = ManagedFields.update(
                new, old: old, request.definition, subresource: subresource, manager: options.fieldManager,
                now: writer.now)
            let bytes = try writer.update(
                request.stored, request.definition.toStored(new), old: stored, subresource: subresource,
                isDryRun: options.isDryRun)
            return (bytes, old, warnings)
        }
        var response = try ObjectAnswer(request).one(bytes)
        response.warn(warnings + request.definition.warnings(try StoredDocument.decode(bytes), old: old))
        return response
    }

    /// A patch must not move an object, and its resource version, if any, must be the current one.
    private func checkPatched(_ new: inout Document, old: Document, _ request: ResourceRequest) throws(APIStatus) {
        guard new.name == request.name else {
            throw .badRequest(
                "the name of the object (\(new.name)) does not match the name on the URL (\(request.name))")
        }
        guard !request.definition.isNamespaced || new.namespace == request.namespace else {
            throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
        if new.resourceVersion.isEmpty { new.resourceVersion = old.resourceVersion }
        try check(&new, against: old, request)
    }

    private func patchType(_ request: ResourceRequest) throws(APIStatus) -> PatchType {
        let name = MediaType(request.http.header("content-type")).name
        guard let type = PatchType(rawValue: name) else {
            throw .unsupportedMediaType([
                "application/json-patch+json", "application/merge-patch+json",
                "application/strategic-merge-patch+json", "application/apply-patch+yaml",
            ])
        }
        return type
    }

    /// Server-side apply, which also creates.
    private func apply(_ request: ResourceRequest, _ options: WriteOptions) async throws -> APIResponse {
        guard !request.http.query["fieldManager"].isEmpty else {
            throw APIStatus.invalid(
                kind: GroupKind(group: "meta.k8s.io", kind: "PatchOptions"), name: "",
                [.required("fieldManager", "is required for apply patch")])
        }
        let subresource = request.subresource?.name ?? ""
        let (bytes, old, warnings) = try await registry.write(dryRun: options.isDryRun) {
            writer -> ([UInt8], Document?, [String]) in
            let key = request.definition.key(namespace: request.namespace, name: request.name)
            let stored = try writer.document(key)
            let old = stored.map(request.definition.fromStored)
            let applied = try ServerSideApply.apply(
                body: request.http.body, to: old, definition: request.definition, subresource: subresource,
                manager: options.fieldManager, forces: options.forces, fieldValidation: options.fieldValidation,
                name: request.name, namespace: request.namespace, now: writer.now)
            var new = applied.document
            guard let old, let stored else {
                guard request.subresource == nil else {
                    throw APIStatus.notFound(request.groupResource, name: request.name)
                }
                let bytes = try writer.create(
                    request.stored, request.definition.toStored(new), namespace: request.namespace,
                    isDryRun: options.isDryRun)
                return (bytes, nil, applied.warnings)
            }
            try checkPatched(&new, old: old, request)
            let bytes = try writer.update(
                request.stored, request.definition.toStored(new), old: stored, subresource: subresource,
                isDryRun: options.isDryRun)
            return (bytes, old, applied.warnings)
        }
        var response = try ObjectAnswer(request).one(bytes)
        if old == nil { response.status = 201 }
        response.warn(warnings + request.definition.warnings(try StoredDocument.decode(bytes), old: old))
        return response
    }
}
