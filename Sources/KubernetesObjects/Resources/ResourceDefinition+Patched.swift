extension ResourceDefinition {
    /// Reads the result of a patch. Any fault in it is the patch's.
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
        let expectedKind = part?.kind ?? kind
        let expectedVersion = part?.groupVersion ?? groupVersion
        let givenKind = value["kind"].text
        let givenVersion = value["apiVersion"].text
        if !isUnstructured, givenKind != expectedKind || givenVersion != expectedVersion.description {
            let version = GroupVersion(givenVersion)
            let name = version.group.isEmpty ? "/\(version.version)" : "\(version)"
            throw refusal("unable to decode \(name), Kind=\(givenKind) into *\(goGroupName).\(expectedKind)")
        }
        var value = value
        value["kind"] = .string(expectedKind)
        value["apiVersion"] = .string(expectedVersion.description)
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

    /// The name of the kind's package, as Go's errors show it.
    private var goGroupName: String {
        group.isEmpty ? "core" : group.split(separator: ".").first.map(String.init) ?? group
    }
}
