extension ResourceDefinition {
    /// Reads what came out of a patch. Whatever is wrong with it is the patch's fault.
    func decodePatched(
        _ value: JSONValue, shown: String, duplicates: [String], fieldValidation: FieldValidation, subresource: String,
        isUnstructured: Bool
    ) throws(APIStatus) -> (Document, [String]) {
        func refusal(_ problem: String) -> APIStatus {
            .invalid(
                kind: GroupKind(group: "", kind: ""), name: "", [.invalid("patch", .string(shown), problem)])
        }
        let part = self.subresource(subresource)
        guard let type = Schema.kubernetes.index(of: part?.schemaType ?? schemaType) else {
            throw .internalError("no schema for \(kind)")
        }
        var document: Document
        let problems: [String]
        do {
            let (decoded, unknown) = try SchemaDecoder.decode(value, type: type, isUnstructured: isUnstructured)
            document = Document(decoded.object ?? JSONObject())
            problems = Self.strictProblems(unknown: unknown, duplicates: duplicates)
        } catch {
            throw refusal(error.description)
        }
        if fieldValidation == .strict, !problems.isEmpty {
            throw refusal("strict decoding error: " + problems.joined(separator: ", "))
        }
        if part?.schemaType == nil {
            behaviour.applyDefaults(&document)
            document = normalised(document)
        }
        return (document, fieldValidation == .warn ? problems : [])
    }
}
