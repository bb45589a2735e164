/// A Namespace as the API writes it, reduced to the fields read here.
struct NamespaceDocument: ObjectDocument {
    struct Status: Decodable {
        var phase: String?
    }

    static var objectKind: ObjectKind { .namespace }

    var kind: String?
    var metadata: MetadataDocument?
    var status: Status?

    func validated() throws(ObjectError) -> KubernetesObject {
        .namespace(Namespace(metadata: try identified(), isTerminating: status?.phase == "Terminating"))
    }
}
