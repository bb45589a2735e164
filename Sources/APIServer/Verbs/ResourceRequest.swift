import KubernetesObjects

/// A request for a resource that is served.
struct ResourceRequest: Sendable {
    var definition: ResourceDefinition
    /// The kind that the objects are stored as, which differs where two groups show the same objects.
    var stored: ResourceDefinition
    var subresource: Subresource?
    var namespace: String
    var name: String
    var http: APIRequest
    var identity: Identity

    var groupResource: GroupResource { definition.groupResource }

    /// The body, in whichever encoding it came; `nil` if there is none.
    func body() throws(APIStatus) -> (json: JSONValue, duplicates: [String])? {
        try RequestBody.value(
            http, kind: subresource?.kind ?? definition.kind,
            schemaType: subresource?.schemaType ?? definition.schemaType)
    }
}

/// What the parameters of a write ask for.
struct WriteOptions: Sendable {
    var isDryRun = false
    var fieldManager: String
    /// Owner conflicts of server-side apply are overridden.
    var forces = false
    var fieldValidation = FieldValidation.warn

    init(fieldManager: String) {
        self.fieldManager = fieldManager
    }

    init(_ request: APIRequest, isPatch: Bool = false) throws(APIStatus) {
        let dryRun = request.query.all("dryRun")
        guard dryRun.allSatisfy({ $0 == "All" }) else {
            throw .invalid(
                kind: GroupKind(group: "meta.k8s.io", kind: isPatch ? "PatchOptions" : "CreateOptions"), name: "",
                [.unsupported("dryRun", .array(dryRun.map(JSONValue.string)), ["All"])])
        }
        isDryRun = !dryRun.isEmpty
        fieldManager = request.query["fieldManager"]
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
                kind: GroupKind(group: "meta.k8s.io", kind: isPatch ? "PatchOptions" : "CreateOptions"), name: "",
                [.unsupported("fieldValidation", .string(other), ["", "Ignore", "Strict", "Warn"])])
        }
    }
}
