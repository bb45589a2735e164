/// An object as the API writes it: any field may be missing, and none has been checked.
protocol ObjectDocument: Decodable {
    var kind: String? { get }
    var metadata: MetadataDocument? { get }

    static var objectKind: ObjectKind { get }

    /// The object with the API server's defaults filled in, or what is wrong with it.
    func validated() throws(ObjectError) -> KubernetesObject
}

extension ObjectDocument {
    /// The metadata, and the checks for the other fields, which name the object.
    func identified() throws(ObjectError) -> (ObjectMeta, FieldChecks) {
        let metadata = try (metadata ?? MetadataDocument()).validated(as: Self.objectKind)
        let key = ObjectKey(kind: Self.objectKind, name: metadata.namespacedName)
        let checks = FieldChecks(object: key.description)
        if let kind, !kind.isEmpty, kind != Self.objectKind.rawValue {
            throw checks.failure("kind", "“\(kind)” was read where a \(Self.objectKind.rawValue) belongs")
        }
        return (metadata, checks)
    }
}

/// `metadata`, unchecked.
struct MetadataDocument: Decodable {
    var name: String?
    var namespace: String?
    var resourceVersion: String?
    var creationTimestamp: Timestamp?
    var deletionTimestamp: Timestamp?
    var labels: [String: String]?
    var annotations: [String: String]?

    func validated(as kind: ObjectKind) throws(ObjectError) -> ObjectMeta {
        let name = name ?? ""
        let namespace = Self.namespace(namespace, of: kind)
        let key = ObjectKey(kind: kind, name: NamespacedName(namespace: namespace, name: name))
        guard !name.isEmpty else {
            throw ObjectError(
                object: kind == .node ? kind.rawValue : "\(kind.rawValue) in namespace \(namespace)",
                field: "metadata.name", reason: "the name is missing; every object needs one")
        }
        let checks = FieldChecks(object: key.description)
        guard name.isDNSSubdomain else {
            throw checks.failure(
                "metadata.name", "“\(name)” is not a name; use up to 253 of a-z, 0-9, - and . (- and . not at the ends)"
            )
        }
        guard namespace.isEmpty || namespace.utf8.count <= 63 && namespace.isDNSLabel else {
            throw checks.failure(
                "metadata.namespace",
                "“\(namespace)” is not a namespace; use up to 63 of a-z, 0-9 and - (not at the ends)")
        }
        return ObjectMeta(
            namespace: namespace, name: name, resourceVersion: resourceVersion ?? "",
            creationTime: creationTimestamp?.seconds ?? 0, isBeingDeleted: deletionTimestamp != nil,
            labels: labels?.filter { WellKnown.keptLabels.contains($0.key) } ?? [:],
            annotations: annotations?.filter { WellKnown.keptAnnotations.contains($0.key) } ?? [:])
    }

    /// Which object it is; `nil` without a name.
    func key(of kind: ObjectKind) -> ObjectKey? {
        guard let name, !name.isEmpty else { return nil }
        return ObjectKey(kind: kind, name: NamespacedName(namespace: Self.namespace(namespace, of: kind), name: name))
    }

    /// Nodes have no namespace; other objects that name none are in `default`, where kubectl puts them too.
    static func namespace(_ namespace: String?, of kind: ObjectKind) -> String {
        guard kind != .node else { return "" }
        guard let namespace, !namespace.isEmpty else { return "default" }
        return namespace
    }
}
