/// The rules for Secrets.
package struct SecretBehaviour: ResourceBehaviour {
    package init() {}

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.subdomain.problems(name, isPrefix: isPrefix)
    }

    package func applyDefaults(_ document: inout Document) {
        if let texts = document["stringData"]?.object {
            var data = document["data"].fields
            for (key, value) in texts { data[key] = .string(Base64.encode((value.string ?? "").utf8)) }
            document["data"] = .object(data.sorted())
            document["stringData"] = nil
        }
        if document["type"].text.isEmpty { document["type"] = "Opaque" }
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        let data = document["data"].fields
        var errors: [FieldError] = []
        var size = 0
        for (key, value) in data.sorted() {
            errors += NameFormats.configKey(key).map { .invalid("data[\(key)]", .string(key), $0) }
            size += (value.string?.utf8.count ?? 0) / 4 * 3
        }
        if size > ConfigMapBehaviour.sizeLimit { errors.append(.tooLong("data", ConfigMapBehaviour.sizeLimit)) }
        return errors + typeErrors(document, data)
    }

    /// The required keys of the well-known types.
    private func typeErrors(_ document: Document, _ data: JSONObject) -> [FieldError] {
        func missing(_ keys: String...) -> [FieldError] {
            keys.filter { data[$0].text.isEmpty && data[$0] == nil }.map { .required("data[\($0)]") }
        }
        switch document["type"].text {
        case "kubernetes.io/service-account-token":
            let name = "kubernetes.io/service-account.name"
            guard (document.annotations[name] ?? "").isEmpty else { return [] }
            return [.required("metadata.annotations[\(name)]")]
        case "kubernetes.io/dockercfg": return missing(".dockercfg") + objectErrors(".dockercfg", data)
        case "kubernetes.io/dockerconfigjson":
            return missing(".dockerconfigjson") + objectErrors(".dockerconfigjson", data)
        case "kubernetes.io/basic-auth":
            guard data["username"] == nil, data["password"] == nil else { return [] }
            return missing("username", "password")
        case "kubernetes.io/ssh-auth": return missing("ssh-privatekey")
        case "kubernetes.io/tls": return missing("tls.crt", "tls.key")
        default: return []
        }
    }

    /// The value of a key that has to be a JSON object, if the key is there.
    private func objectErrors(_ key: String, _ data: JSONObject) -> [FieldError] {
        guard let bytes = data[key]?.string.flatMap({ Base64.decode($0) }) else { return [] }
        let reason: String
        do {
            let value = try JSONParser.parse(bytes)
            guard value != .null, value.object == nil else { return [] }
            reason = "json: cannot unmarshal \(GoText.kind(value)) into Go value of type map[string]interface {}"
        } catch {
            reason = error.message
        }
        return [.invalid("data[\(key)]", "<secret contents redacted>", reason)]
    }

    package func prepareForUpdate(_ document: inout Document, old: Document, subresource: String) {
        if document["type"].text.isEmpty { document["type"] = old["type"] }
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        MetadataValidation.immutable("type", document["type"], old["type"])
            + ConfigMapBehaviour.immutabilityErrors(document, old: old, fields: ["data"])
            + validateCreate(document)
    }

    package var selectableFieldNames: [String] { ["type"] }

    package func selectableFields(_ document: Document) -> [(name: String, value: String)] {
        [("type", document["type"].text)]
    }

    static let columns = [
        TableColumn.name,
        TableColumn("Type", description: "What the Secret is for."),
        TableColumn("Data", type: "string", description: "How many keys the Secret has."),
        TableColumn.age,
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        [
            .string(document.name), .string(document["type"].text),
            .integer(Int64(document["data"].fields.count)), TableText.age(document, now: now),
        ]
    }
}
