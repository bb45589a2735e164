/// Server-side apply: the client sends the fields that it wants to own, and the server merges them into the object.
///
/// https://kubernetes.io/docs/reference/using-api/server-side-apply/
package enum ServerSideApply {
    private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

    /// Applies a configuration.
    ///
    /// `body`: The configuration, JSON or YAML.
    /// `document`: The stored object; nil to create it. `forces`: Take over fields that others own. `name`: The name in
    /// the request's path. `now`: Seconds since 1970.
    ///
    /// - Returns: The merged object with its records, defaults filled in, and warnings.
    /// - Throws: `APIStatus`, with code 409 for conflicts.
    package static func apply(
        body: [UInt8], to document: Document?, definition: ResourceDefinition, subresource: String = "",
        manager: String,
        forces: Bool, fieldValidation: FieldValidation = .warn, name: String, namespace: String, now: Int64
    ) throws(APIStatus) -> (document: Document, warnings: [String]) {
        guard let type = Schema.kubernetes.index(of: definition.schemaType) else {
            throw .internalError("no schema for \(definition.kind)")
        }
        let (configuration, warnings) = try read(
            body, definition, fieldValidation: fieldValidation, name: name, namespace: namespace)
        try ConfigurationCheck.check(configuration, type: type, definition: definition)

        let live = ManagedFields.plain(document ?? empty(type, definition, name: name, namespace: namespace))
        var managers = FieldManagers(document?.managedFields ?? [])
        let writer = FieldManagers.Manager(
            name: manager, isApply: true, apiVersion: definition.apiVersion, subresource: subresource)
        let former = managers.entries[writer]
        var operation = FieldManagers([])
        operation.entries[writer] = FieldManagers.Entry(set: TypedObject(configuration, type: type).fieldSet)
        operation.strip(ManagedFields.ignored(definition, subresource: subresource))
        managers.entries[writer] = operation.entries[writer]

        let merged = TypedObject(live, type: type).merging(configuration)
        let pruned = prune(merged, former: former?.set, owned: managers.all)
        let result = try definition.finished(pruned.value)
        let comparison = Comparison(
            TypedObject(live, type: type), TypedObject(ManagedFields.plain(result), type: type))
        let conflicts = managers.release(comparison, except: writer)
        if !conflicts.isEmpty, !forces, !mayUpgrade(live, conflicts, type: type, manager: manager) {
            throw conflictStatus(conflicts)
        }
        let isUnchanged =
            former != nil && former?.set == managers.entries[writer]?.set && ManagedFields.plain(result) == live
        managers.entries[writer]?.time = isUnchanged ? former?.time : APITime.text(seconds: now)
        var applied = result
        if manager == "kubectl" { updateLastApplied(&applied, configuration) }
        applied.managedFields = managers.json
        return (applied, warnings)
    }

    private static func read(
        _ body: [UInt8], _ definition: ResourceDefinition, fieldValidation: FieldValidation, name: String,
        namespace: String
    ) throws(APIStatus) -> (JSONValue, warnings: [String]) {
        let value: JSONValue
        let duplicates: [String]
        do {
            (value, duplicates) = try YAMLReader.parse(body)
        } catch {
            throw .badRequest("error decoding YAML: \(error.message)")
        }
        guard var object = value.object else {
            throw .badRequest("error decoding YAML: the configuration is not an object")
        }
        var warnings: [String] = []
        if !duplicates.isEmpty {
            let problems = ResourceDefinition.strictProblems(unknown: [], duplicates: duplicates)
            if fieldValidation == .strict {
                throw .badRequest("error strict decoding YAML: " + problems.joined(separator: ", "))
            }
            if fieldValidation == .warn { warnings = problems }
        }
        if let version = object["apiVersion"]?.string, version != definition.apiVersion {
            throw .badRequest(
                "Incorrect version specified in apply patch. Specified patch version: \(version), expected: "
                    + "\(definition.apiVersion)"
            )
        }
        if !object["metadata"]["managedFields"].items.isEmpty {
            throw .badRequest("metadata.managedFields must be nil")
        }
        if let given = object["metadata"]["name"]?.string, given != name {
            throw .badRequest("the name of the object (\(given)) does not match the name on the URL (\(name))")
        }
        var metadata = object["metadata"].fields
        metadata["name"] = .string(name)
        if !namespace.isEmpty { metadata["namespace"] = .string(namespace) }
        object["metadata"] = .object(metadata)
        return (.object(object), warnings)
    }

    private static func empty(
        _ type: Int, _ definition: ResourceDefinition, name: String, namespace: String
    ) -> Document {
        var document = ManagedFields.emptyDocument(type)
        document["kind"] = .string(definition.kind)
        document["apiVersion"] = .string(definition.apiVersion)
        return document
    }

    /// Removes fields that this manager applied before, no longer applies, and no other manager owns.
    private static func prune(_ merged: TypedObject, former: FieldSet?, owned: FieldSet) -> TypedObject {
        guard let former, !former.isEmpty else { return merged }
        func named(_ set: FieldSet) -> FieldSet { set.withNamedParents(merged.shape, merged.schema) }
        let all = named(merged.fieldSet)
        let pruned = merged.removing(former)
        let kept = merged.removing(all.subtracting(named(pruned.fieldSet).union(named(owned))))
        return merged.removing(all.subtracting(named(kept.fieldSet)).intersection(named(former)))
    }

    // MARK: Conflicts

    private static func conflictStatus(_ conflicts: [FieldManagers.Conflict]) -> APIStatus {
        func shown(_ path: [PathElement]) -> String { path.map(\.shown).joined() }
        let causes = conflicts.map {
            APIStatus.Cause(
                reason: "FieldManagerConflict", message: "conflict with \($0.manager.shown)", field: shown($0.path))
        }
        var message = "Apply failed with \(conflicts.count) conflict\(conflicts.count == 1 ? "" : "s"): "
        if conflicts.count == 1 {
            message += "conflict with \(conflicts[0].manager.shown): \(shown(conflicts[0].path))"
        } else {
            let byManager = Dictionary(grouping: conflicts, by: \.manager.shown)
            message += byManager.keys.sorted().map { manager in
                "conflicts with \(manager):\n"
                    + (byManager[manager] ?? []).map { "- \(shown($0.path))" }.joined(separator: "\n")
            }.joined(separator: "\n")
        }
        return APIStatus(code: 409, reason: "Conflict", message: message, details: APIStatus.Details(causes: causes))
    }

    /// `kubectl apply --server-side` takes over fields that `kubectl apply` has written.
    private static func mayUpgrade(
        _ live: JSONValue, _ conflicts: [FieldManagers.Conflict], type: Int, manager: String
    ) -> Bool {
        guard manager == "kubectl", let text = live["metadata"]?["annotations"]?[lastApplied]?.string else {
            return false
        }
        let configuration: JSONValue
        do { configuration = try JSONParser.parse(Array(text.utf8)) } catch { return false }
        let applied = TypedObject(configuration, type: type).fieldSet
        return conflicts.allSatisfy { conflict in
            var set = FieldSet()
            set.insert(conflict.path[...])
            return set.subtracting(applied).isEmpty
        }
    }

    private static func updateLastApplied(_ document: inout Document, _ configuration: JSONValue) {
        guard document.annotations[lastApplied] != nil else { return }
        document.annotations[lastApplied] = configuration.description + "\n"
    }
}

extension ResourceDefinition {
    /// Reads the merged object, and fills in defaults.
    fileprivate func finished(_ value: JSONValue) throws(APIStatus) -> Document {
        guard let type = Schema.kubernetes.index(of: schemaType) else { throw .internalError("no schema for \(kind)") }
        do {
            var document = Document(try SchemaDecoder.decode(value, type: type).value.object ?? JSONObject())
            behaviour.applyDefaults(&document)
            return normalised(document)
        } catch {
            throw .unknownFailure(
                "failed to convert merged object at version \(apiVersion): \(error.description)")
        }
    }
}
