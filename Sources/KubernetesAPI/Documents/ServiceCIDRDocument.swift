import InternetAddresses

/// A ServiceCIDR as the API writes it, reduced to the fields read here.
struct ServiceCIDRDocument: ObjectDocument {
    struct Spec: Decodable {
        var cidrs: [String]?
    }

    struct Status: Decodable {
        var conditions: [ConditionDocument]?
    }

    static var objectKind: ObjectKind { .serviceCIDR }

    var kind: String?
    var metadata: MetadataDocument?
    var spec: Spec?
    var status: Status?

    func validated() throws(ObjectError) -> KubernetesObject {
        var range = ServiceCIDR(metadata: try identified())
        var checks = FieldChecks()
        range.networks = checks.networks(spec?.cidrs, "spec.cidrs")
        range.isReady = status?.conditions.status(of: "Ready") ?? true
        range.refusals = checks.refusals
        return .serviceCIDR(range)
    }
}

/// One entry of `status.conditions`, of any kind.
struct ConditionDocument: Decodable {
    var type: String?
    var status: String?
}

extension [ConditionDocument]? {
    /// Whether the condition is `True`; `nil` if the object does not have it.
    func status(of type: String) -> Bool? {
        self?.first { $0.type == type }.map { $0.status == "True" }
    }
}
