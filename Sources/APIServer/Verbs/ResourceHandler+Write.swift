import KubernetesObjects
import ObjectStore

extension ResourceHandler {
    func create(_ request: ResourceRequest) async throws -> APIResponse {
        if request.definition.group.isEmpty, request.definition.plural == "bindings" { return try await bind(request) }
        let options = try WriteOptions(request.http)
        let (submitted, warnings) = try decode(request, options)
        var document = submitted
        if !document.namespace.isEmpty, request.definition.isNamespaced, document.namespace != request.namespace {
            throw APIStatus.badRequest(
                "the namespace of the provided object does not match the namespace sent on the request")
        }
        if !document.resourceVersion.isEmpty {
            throw APIStatus.unknownFailure("resourceVersion should not be set on objects to be created")
        }
        document = ManagedFields.update(
            document, old: nil, request.definition, subresource: "", manager: options.fieldManager,
            now: registry.now())
        if let review = try await access.review(request, document) { return review }
        let created = document
        let bytes = try await WarnedRefusal.adding(warnings) {
            try await registry.write(dryRun: options.isDryRun) { writer in
                try writer.create(
                    request.stored, request.definition.toStored(created), namespace: request.namespace,
                    isDryRun: options.isDryRun)
            }
        }
        var response = try ObjectAnswer(request).one(bytes)
        response.status = 201
        response.warn(warnings + request.definition.warnings(try StoredDocument.decode(bytes), old: nil))
        return response
    }

    func update(_ request: ResourceRequest) async throws -> APIResponse {
        let options = try WriteOptions(request.http)
        let (document, warnings) = try decode(request, options)
        try checkNames(document, request)
        let subresource = request.subresource?.name ?? ""
        let (bytes, old) = try await WarnedRefusal.adding(warnings) {
            try await registry.write(dryRun: options.isDryRun) { writer -> ([UInt8], Document?) in
                let key = request.definition.key(namespace: request.namespace, name: request.name)
                guard let stored = try writer.document(key) else {
                    return (try createByUpdate(document, request, options, writer), nil)
                }
                let old = request.definition.fromStored(stored)
                var new = document
                try check(&new, against: old, request)
                new = ManagedFields.update(
                    new, old: old, request.definition, subresource: subresource, manager: options.fieldManager,
                    now: writer.now)
                return (
                    try writer.update(
                        request.stored, request.definition.toStored(new), old: stored, subresource: subresource,
                        isDryRun: options.isDryRun), old
                )
            }
        }
        var response = try ObjectAnswer(request).one(bytes)
        if old == nil { response.status = 201 }
        response.warn(warnings + request.definition.warnings(try StoredDocument.decode(bytes), old: old))
        return response
    }

    /// Some kinds can also be created by PUT.
    private func createByUpdate(
        _ document: Document, _ request: ResourceRequest, _ options: WriteOptions, _ writer: ObjectWriter
    ) throws -> [UInt8] {
        guard request.definition.behaviour.allowsCreateOnUpdate, request.subresource == nil else {
            throw APIStatus.notFound(request.groupResource, name: request.name)
        }
        guard document.resourceVersion.isEmpty || document.resourceVersion == "0" else {
            throw APIStatus.modified(request.groupResource, name: request.name)
        }
        let created = ManagedFields.update(
            document, old: nil, request.definition, subresource: "", manager: options.fieldManager, now: writer.now)
        return try writer.create(
            request.stored, request.definition.toStored(created), namespace: request.namespace,
            isDryRun: options.isDryRun)
    }

    private func checkNames(_ document: Document, _ request: ResourceRequest) throws(APIStatus) {
        guard document.name.isEmpty || document.name == request.name else {
            throw .badRequest(
                "the name of the object (\(document.name)) does not match the name on the URL (\(request.name))")
        }
        guard document.namespace.isEmpty || !request.definition.isNamespaced || document.namespace == request.namespace
        else {
            throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
    }

    /// Checks the uid and resource version that the new state is based on.
    func check(_ new: inout Document, against old: Document, _ request: ResourceRequest) throws(APIStatus) {
        if new.name.isEmpty { new.name = old.name }
        if !new.uid.isEmpty, new.uid != old.uid {
            throw .wrongUID(
                request.groupResource, name: request.name,
                key: EtcdKey.of(request.definition, namespace: request.namespace, name: request.name), given: new.uid,
                stored: old.uid)
        }
        switch new.resourceVersion {
        case "", "0":
            guard request.definition.behaviour.allowsUnconditionalUpdate else {
                throw .invalid(
                    kind: request.definition.groupKind, name: request.name,
                    [.invalid("metadata.resourceVersion", .integer(0), "must be specified for an update")])
            }
        case let version:
            guard UInt64(version) != nil else {
                throw .unknownFailure("strconv.ParseUint: parsing \"\(version)\": invalid syntax")
            }
            guard version == old.resourceVersion else { throw .modified(request.groupResource, name: request.name) }
        }
        new.resourceVersion = old.resourceVersion
    }

    /// Reads the body as an object of the kind.
    private func decode(
        _ request: ResourceRequest, _ options: WriteOptions
    ) throws(APIStatus) -> (document: Document, warnings: [String]) {
        let body = try request.body()
        return try request.definition.decode(
            body?.json ?? .object([:]), duplicates: body?.duplicates ?? [], fieldValidation: options.fieldValidation,
            subresource: request.subresource?.name ?? "")
    }
}

/// The object's key in etcd, which is part of an error message that clients see.
enum EtcdKey {
    static func of(_ definition: ResourceDefinition, namespace: String, name: String) -> String {
        let resource =
            switch definition.plural {
            case "services": "services/specs"
            case "endpoints": "services/endpoints"
            case "nodes": "minions"
            default: definition.plural
            }
        return "/registry/\(resource)/" + (definition.isNamespaced ? "\(namespace)/" : "") + name
    }
}
