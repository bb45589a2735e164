import ObjectStore

/// The kinds of objects, all of `v1`, that a token can be bound to.
enum TokenBinding: String {
    case node = "Node"
    case pod = "Pod"
    case secret = "Secret"

    var resource: String {
        switch self {
        case .node: "nodes"
        case .pod: "pods"
        case .secret: "secrets"
        }
    }

    /// Where such an object is stored; Nodes have no namespace.
    func key(namespace: String, name: String) -> RecordKey {
        RecordKey(resource: resource, namespace: self == .node ? "" : namespace, name: name)
    }
}
