import KubernetesObjects
import ObjectStore

/// Handles requests for objects and collections.
struct ResourceHandler: Sendable {
    let registry: Registry
    let access: AccessReviews
    let tokens: TokenRequests

    func respond(to request: ResourceRequest, verb: String) async throws -> APIResponse {
        var response: APIResponse
        do {
            response = try await answer(request, verb)
        } catch let refusal as WarnedRefusal {
            response = APIResponse(refusal.status)
            response.warn(refusal.warnings)
        } catch let status as APIStatus {
            response = APIResponse(status)
        }
        if let warning = request.definition.deprecationWarning { response.warn([warning]) }
        return response
    }

    private func answer(_ request: ResourceRequest, _ verb: String) async throws -> APIResponse {
        if let subresource = request.subresource { return try await respond(to: request, verb, of: subresource) }
        switch verb {
        case "get": return try get(request)
        case "list": return try list(request)
        case "watch": return try watch(request)
        case "create": return try await create(request)
        case "update": return try await update(request)
        case "patch": return try await patch(request)
        case "delete": return try await delete(request)
        case "deletecollection": return try await deleteCollection(request)
        default: throw APIStatus.methodNotSupported(request.groupResource, verb: request.http.method)
        }
    }

    private func respond(
        to request: ResourceRequest, _ verb: String, of subresource: Subresource
    ) async throws -> APIResponse {
        switch (subresource.name, verb) {
        case ("status", "get"), ("finalize", "get"): return try get(request)
        case ("status", "update"), ("finalize", "update"), ("resize", "update"): return try await update(request)
        case ("status", "patch"), ("resize", "patch"): return try await patch(request)
        case ("scale", "get"): return try getScale(request)
        case ("scale", "update"), ("scale", "patch"): return try await writeScale(request, isPatch: verb == "patch")
        case ("ephemeralcontainers", "get"): return try get(request)
        case ("ephemeralcontainers", "update"): return try await update(request)
        case ("ephemeralcontainers", "patch"): return try await patch(request)
        case ("binding", "create"): return try await bind(request)
        case ("eviction", "create"): return try await evict(request)
        case ("token", "create"): return try await tokens.create(request)
        default: throw APIStatus.methodNotSupported(request.groupResource, verb: request.http.method)
        }
    }

    // MARK: Get

    private func get(_ request: ResourceRequest) throws -> APIResponse {
        let choice = try RevisionChoice(request.http.query)
        if let revision = choice.revision, revision > registry.store.revision {
            throw APIStatus.tooLargeResourceVersion(UInt64(revision), current: UInt64(registry.store.revision))
        }
        let record = try stored(request)
        return try ObjectAnswer(request).one(record.document)
    }

    /// The object of a request.
    func stored(_ request: ResourceRequest) throws(APIStatus) -> Record {
        let key = request.definition.key(namespace: request.namespace, name: request.name)
        guard let record = registry.store.record(key) else {
            // A missing Namespace is the better reason: kubectl reports it for `get svc -n gone web`.
            throw .notFound(request.groupResource, name: request.name)
        }
        return record
    }

    // MARK: Delete

    private func delete(_ request: ResourceRequest) async throws -> APIResponse {
        let options = try DeleteOptions(request.http)
        let deletion = try await registry.write(dryRun: options.isDryRun) { writer in
            try writer.delete(request.stored, namespace: request.namespace, name: request.name, options)
        }
        if deletion.isGone, !request.definition.returnsDeletedObject {
            var details = APIStatus.Details(
                name: request.name, group: request.definition.group, kind: request.definition.plural)
            details.uid = deletion.uid
            let status = APIStatus(isSuccess: true, code: 0, reason: "", message: "", details: details)
            return APIResponse(status: 200, json: status.json)
        }
        return try ObjectAnswer(request).one(deletion.document)
    }

    private func deleteCollection(_ request: ResourceRequest) async throws -> APIResponse {
        let options = try DeleteOptions(request.http)
        let selection = try RecordSelection(request)
        let namespace = request.namespace.isEmpty ? nil : request.namespace
        let deleted = try await registry.write(dryRun: options.isDryRun) { writer in
            var deleted: [[UInt8]] = []
            for record in writer.transaction.records(of: request.definition.storageName, in: namespace)
            where try selection.selects(record) {
                deleted.append(record.document)
                _ = try writer.delete(
                    request.stored, namespace: record.key.namespace, name: record.key.name, options)
            }
            return deleted
        }
        return try ObjectAnswer(request).list(deleted, revision: registry.store.revision)
    }
}

extension ResourceDefinition {
    /// Kinds whose deletion is answered with their last state; others with a `Status`.
    var returnsDeletedObject: Bool {
        group.isEmpty && ["services", "pods", "serviceaccounts", "namespaces"].contains(plural)
    }
}
