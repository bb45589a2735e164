import KubernetesObjects

/// A request for a served resource.
struct ResourceRequest: Sendable {
    var definition: ResourceDefinition
    /// The kind as which objects are stored, which differs if two groups show the same objects.
    var stored: ResourceDefinition
    var subresource: Subresource?
    var namespace: String
    var name: String
    var http: APIRequest
    var identity: Identity

    var groupResource: GroupResource { definition.groupResource }

    /// The body, in any encoding; `nil` if there is none.
    func body() throws(APIStatus) -> (json: JSONValue, duplicates: [String])? {
        try RequestBody.value(
            http, kind: subresource?.kind ?? definition.kind,
            schemaType: subresource?.schemaType ?? definition.schemaType)
    }
}

/// The parameters of a write.
struct WriteOptions: Sendable {
    var isDryRun = false
    var fieldManager: String
    /// Whether server-side apply overrides conflicts.
    var forces = false
    var fieldValidation = FieldValidation.warn

    init(fieldManager: String) {
        self.fieldManager = fieldManager
    }

    init(_ request: APIRequest, isPatch: Bool = false) throws(APIStatus) {
        let names = ["POST": "CreateOptions", "PUT": "UpdateOptions"]
        let kind = GroupKind(
            group: "meta.k8s.io", kind: isPatch ? "PatchOptions" : names[request.method] ?? "PatchOptions")
        let dryRun = request.query.all("dryRun")
        guard dryRun.allSatisfy({ $0 == "All" }) else {
            throw .invalid(
                kind: kind, name: "", [.unsupported("dryRun", .array(dryRun.map(JSONValue.string)), ["All"])])
        }
        isDryRun = !dryRun.isEmpty
        fieldManager = request.query["fieldManager"]
        guard fieldManager.utf8.count <= 128 else {
            throw .invalid(kind: kind, name: "", [.tooLong("fieldManager", 128)])
        }
        if fieldManager.isEmpty {
            fieldManager = String(request.header("user-agent").prefix { $0 != "/" }.prefix(128))
        }
        forces = request.query.flag("force")
        switch request.query["fieldValidation"] {
        case "": break
        case "Ignore": fieldValidation = .ignore
        case "Warn": fieldValidation = .warn
        case "Strict": fieldValidation = .strict
        case let other:
            throw .invalid(
                kind: kind, name: "",
                [.unsupported("fieldValidation", .string(other), ["", "Ignore", "Strict", "Warn"])])
        }
    }
}
