/// An object as the API writes it: any field may be missing, and none has been checked.
protocol ObjectDocument: Decodable {
    static var objectKind: ObjectKind { get }

    var kind: String? { get set }
    var metadata: MetadataDocument? { get }

    /// Reads the fields from protobuf.
    init(_ message: ProtobufMessage, _ interner: inout StringInterner) throws(ObjectError)

    /// The object with the API server's defaults filled in and without the values that cannot be used, or why it is
    /// unusable as a whole.
    func validated() throws(ObjectError) -> KubernetesObject

    /// The object in a protobuf message, whose envelope names `kind`. A kind with very many parts reads them
    /// directly, without an intermediate document.
    static func object(
        protobuf message: ProtobufMessage, kind: String?, _ interner: inout StringInterner
    ) throws(ObjectError) -> KubernetesObject
}

extension ObjectDocument {
    static func object(
        protobuf message: ProtobufMessage, kind: String?, _ interner: inout StringInterner
    ) throws(ObjectError) -> KubernetesObject {
        var document = try Self(message, &interner)
        document.kind = kind
        return try document.validated()
    }

    /// The metadata of an object of the right kind.
    func identified() throws(ObjectError) -> ObjectMeta {
        let metadata = try (metadata ?? MetadataDocument()).validated(as: Self.objectKind)
        if let kind, !kind.isEmpty, kind != Self.objectKind.rawValue {
            let key = ObjectKey(kind: Self.objectKind, name: metadata.namespacedName)
            throw ObjectError(
                object: key.description, field: "kind",
                reason: "“\(kind)” was read where a \(Self.objectKind.rawValue) belongs")
        }
        return metadata
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
                object: namespace.isEmpty ? kind.rawValue : "\(kind.rawValue) in namespace \(namespace)",
                field: "metadata.name", reason: "the name is missing; every object needs one")
        }
        guard name.isDNSSubdomain else {
            throw ObjectError(
                object: key.description, field: "metadata.name",
                reason:
                    "“\(name)” is not a name; use up to 253 of a-z, 0-9, - and . (- and . not at the ends)")
        }
        guard namespace.isEmpty || namespace.utf8.count <= 63 && namespace.isDNSLabel else {
            throw ObjectError(
                object: key.description, field: "metadata.namespace",
                reason: "“\(namespace)” is not a namespace; use up to 63 of a-z, 0-9 and - (not at the ends)")
        }
        var labels = labels ?? [:]
        if !labels.isEmpty, !kind.registration.keepsAllLabels {
            labels = labels.filter { WellKnown.keptLabels.contains($0.key) }
        }
        return ObjectMeta(
            namespace: namespace, name: name, resourceVersion: resourceVersion ?? "",
            creationTime: creationTimestamp?.seconds ?? 0, isBeingDeleted: deletionTimestamp != nil,
            labels: Labels(labels))
    }

    /// Which object it is; `nil` without a name.
    func key(of kind: ObjectKind) -> ObjectKey? {
        guard let name, !name.isEmpty else { return nil }
        return ObjectKey(kind: kind, name: NamespacedName(namespace: Self.namespace(namespace, of: kind), name: name))
    }

    /// Some kinds have no namespace; other objects without one are in `default`, as with kubectl.
    static func namespace(_ namespace: String?, of kind: ObjectKind) -> String {
        guard kind.registration.isNamespaced else { return "" }
        guard let namespace, !namespace.isEmpty else { return "default" }
        return namespace
    }
}
