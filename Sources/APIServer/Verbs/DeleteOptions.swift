import KubernetesObjects

/// The options of a deletion.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/
struct DeleteOptions: Sendable, Hashable {
    enum Propagation: String, Sendable {
        case orphan = "Orphan"
        case background = "Background"
        case foreground = "Foreground"
    }

    var isDryRun = false
    /// Seconds.
    var gracePeriod: Int64?
    var propagation: Propagation?
    var uid: String?
    var resourceVersion: String?

    init(propagation: Propagation? = nil, uid: String? = nil) {
        self.propagation = propagation
        self.uid = uid
    }

    /// Reads them from the body, or from the query if there is none.
    init(_ request: APIRequest) throws(APIStatus) {
        let body = try RequestBody.json(request)
        if let body {
            gracePeriod = body["gracePeriodSeconds"]?.integer
            uid = body[path: "preconditions", "uid"]?.string
            resourceVersion = body[path: "preconditions", "resourceVersion"]?.string
            isDryRun = body["dryRun"]?.array?.isEmpty == false
            if body["orphanDependents"]?.bool == true { propagation = .orphan }
            if body["orphanDependents"]?.bool == false { propagation = .background }
            if let text = body["propagationPolicy"]?.string { propagation = try Self.propagation(text) }
        }
        if let seconds = Int64(request.query["gracePeriodSeconds"]) { gracePeriod = seconds }
        if request.query.flag("orphanDependents") { propagation = .orphan }
        if !request.query["propagationPolicy"].isEmpty {
            propagation = try Self.propagation(request.query["propagationPolicy"])
        }
        if !request.query["dryRun"].isEmpty { isDryRun = true }
    }

    private static func propagation(_ text: String) throws(APIStatus) -> Propagation {
        guard let value = Propagation(rawValue: text) else {
            throw .invalid(
                kind: GroupKind(group: "meta.k8s.io", kind: "DeleteOptions"), name: "",
                [.unsupported("propagationPolicy", .string(text), ["Background", "Foreground", "Orphan"])])
        }
        return value
    }
}
