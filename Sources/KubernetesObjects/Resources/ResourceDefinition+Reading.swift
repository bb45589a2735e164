extension ResourceDefinition {
    /// Reads a body: checks types, drops unknown members, orders members, and fills in defaults.
    ///
    /// `duplicates`: Paths of duplicate members in the text. `subresource`: Empty for the object itself.
    ///
    /// - Returns: The object, and warnings about dropped members.
    /// - Throws: `APIStatus` with code 400.
    package func decode(
        _ body: JSONValue, duplicates: [String] = [], fieldValidation: FieldValidation = .ignore,
        subresource: String = ""
    ) throws(APIStatus) -> (document: Document, warnings: [String]) {
        let (value, warnings) = try decodeAsGiven(
            body, duplicates: duplicates, fieldValidation: fieldValidation, subresource: subresource)
        let given = Document(value.object ?? JSONObject())
        if self.subresource(subresource)?.schemaType != nil { return (given, warnings) }
        var document = given
        behaviour.applyDefaults(&document)
        // Defaults are appended to the given members; without any, the order is already right.
        return (document == given ? given : normalised(document), warnings)
    }

    /// Reads a body without filling in defaults.
    func decodeAsGiven(
        _ body: JSONValue, duplicates: [String], fieldValidation: FieldValidation, subresource: String
    ) throws(APIStatus) -> (JSONValue, warnings: [String]) {
        let part = self.subresource(subresource)
        let kind = part?.kind ?? kind
        let groupVersion = part?.groupVersion ?? groupVersion
        guard let body = try identified(body, kind: kind, groupVersion: groupVersion),
            let type = Schema.kubernetes.index(of: part?.schemaType ?? schemaType)
        else {
            throw .badRequest("the object provided is unrecognized (must be of type \(kind)): not a JSON object")
        }
        let value: JSONValue
        let unknown: [String]
        do {
            (value, unknown) = try SchemaDecoder.decode(body, type: type)
        } catch {
            throw .cannotBeHandled(kind: kind, version: groupVersion.version, error.description)
        }
        let problems = Self.strictProblems(unknown: unknown, duplicates: duplicates)
        switch fieldValidation {
        case .strict where !problems.isEmpty:
            throw .cannotBeHandled(
                kind: kind, version: groupVersion.version,
                "strict decoding error: " + problems.joined(separator: ", "))
        case .warn: return (value, problems)
        default: return (value, [])
        }
    }

    static func strictProblems(unknown: [String], duplicates: [String]) -> [String] {
        unknown.map { "unknown field \(GoText.quoted($0))" } + duplicates.map { "duplicate field \(GoText.quoted($0))" }
    }

    /// The body with its kind and API version, which it may omit; nil if it is not an object.
    private func identified(
        _ body: JSONValue, kind: String, groupVersion: GroupVersion
    ) throws(APIStatus) -> JSONValue? {
        guard var object = body.object else { return nil }
        let givenKind = object["kind"].text
        let givenVersion = object["apiVersion"].text
        if !givenVersion.isEmpty, givenVersion != groupVersion.description {
            throw .badRequest(
                "the API version in the data (\(givenVersion)) does not match the expected API version "
                    + "(\(groupVersion))"
            )
        }
        if !givenKind.isEmpty, givenKind != kind {
            throw .badRequest(
                "\(givenKind) in version \(GoText.quoted(groupVersion.version)) cannot be handled as a \(kind): "
                    + "converting (\(givenKind)) to (\(kind)): unknown conversion")
        }
        object["kind"] = .string(kind)
        object["apiVersion"] = .string(groupVersion.description)
        return .object(object)
    }

    /// The document with its members in schema order, and zero values as Go writes them.
    ///
    /// Values that do not fit the schema are left as they are.
    package func normalised(_ document: Document) -> Document {
        guard let type = Schema.kubernetes.index(of: schemaType) else { return document }
        do {
            let value = try SchemaDecoder.decode(.object(document.object), type: type).value
            return Document(value.object ?? document.object)
        } catch {
            return document
        }
    }
}
