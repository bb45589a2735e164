/// The kinds of object that Service networking reads.
package enum ObjectKind: String, Sendable, Hashable, CaseIterable {
    case service = "Service"
    case endpointSlice = "EndpointSlice"
    case node = "Node"

    /// `v1` or `discovery.k8s.io/v1`.
    package var apiVersion: String {
        switch self {
        case .service, .node: "v1"
        case .endpointSlice: "discovery.k8s.io/v1"
        }
    }
}

/// What identifies one object among all: its kind, namespace and name.
package struct ObjectKey: Sendable, Hashable {
    package var kind: ObjectKind
    package var name: NamespacedName

    package init(kind: ObjectKind, name: NamespacedName) {
        self.kind = kind
        self.name = name
    }
}

extension ObjectKey: CustomStringConvertible {
    package var description: String {
        name.namespace.isEmpty ? "\(kind.rawValue) \(name.name)" : "\(kind.rawValue) \(name)"
    }
}

/// An object of any kind that Service networking reads.
package enum KubernetesObject: Sendable, Hashable {
    case service(Service)
    case endpointSlice(EndpointSlice)
    case node(Node)

    package var metadata: ObjectMeta {
        switch self {
        case .service(let service): service.metadata
        case .endpointSlice(let slice): slice.metadata
        case .node(let node): node.metadata
        }
    }

    package var kind: ObjectKind {
        switch self {
        case .service: .service
        case .endpointSlice: .endpointSlice
        case .node: .node
        }
    }

    package var key: ObjectKey { ObjectKey(kind: kind, name: metadata.namespacedName) }
}

/// What happened to one object: it has this value now, or it is gone.
package enum ObjectChange: Sendable, Hashable {
    case set(KubernetesObject)
    case removed(ObjectKey)

    package var key: ObjectKey {
        switch self {
        case .set(let object): object.key
        case .removed(let key): key
        }
    }
}
