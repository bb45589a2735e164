/// The kinds of patches, by their media type.
package enum PatchType: String, Sendable, CaseIterable {
    case json = "application/json-patch+json"
    case merge = "application/merge-patch+json"
    case strategic = "application/strategic-merge-patch+json"
    case apply = "application/apply-patch+yaml"
    case applyCBOR = "application/apply-patch+cbor"
}

/// Patching an object.
package enum Patch {
    /// Applies a JSON, merge or strategic merge patch, and fills in defaults.
    ///
    /// `subresource`: Empty for the object itself.
    ///
    /// - Returns: The patched object, and warnings about members that its kind does not have.
    /// - Throws: `APIStatus`.
    package static func apply(
        type: PatchType, body: [UInt8], to document: Document, definition: ResourceDefinition, subresource: String = "",
        fieldValidation: FieldValidation = .warn
    ) throws(APIStatus) -> (Document, [String]) {
        let (patch, duplicates) = try read(body, type)
        let original = JSONValue.object(document.object)
        let patched: JSONValue
        let shown: String
        switch type {
        case .json:
            patched = try JSONPatch.apply(patch, to: original)
            shown = String(decoding: body, as: UTF8.self)
        case .merge:
            patched = MergePatch.apply(patch, to: original)
            shown = String(decoding: body, as: UTF8.self)
        case .strategic:
            let object = patch.object ?? JSONObject()
            let part = definition.subresource(subresource)?.schemaType ?? definition.schemaType
            do {
                let type = Schema.kubernetes.index(of: part) ?? 0
                patched = .object(try StrategicMergePatch.apply(object, to: document.object, type: type))
            } catch {
                throw .badRequest(error.message)
            }
            shown = GoText.plain(.object(StrategicMergePatch.shown(object)))
        case .apply, .applyCBOR:
            throw .internalError("an apply patch is not applied to an object alone")
        }
        return try definition.decodePatched(
            patched, shown: shown, duplicates: duplicates, fieldValidation: fieldValidation, subresource: subresource,
            isUnstructured: type == .strategic)
    }

    /// Reads a patch, which is a list of operations or an object.
    private static func read(_ body: [UInt8], _ type: PatchType) throws(APIStatus) -> (JSONValue, [String]) {
        let prefix = type == .strategic ? "" : "error decoding patch: "
        let result: (value: JSONValue, duplicates: [String])
        do {
            result = try JSONParser.parseReportingDuplicates(body)
        } catch {
            throw .badRequest(prefix + error.message)
        }
        let isFine = type == .json ? result.value.array != nil : result.value.object != nil
        guard isFine else {
            let wanted = type == .json ? "[]interface {}" : "map[string]interface {}"
            throw .badRequest(
                "\(prefix)json: cannot unmarshal \(GoText.kind(result.value)) into Go value of type \(wanted)")
        }
        return result
    }
}
