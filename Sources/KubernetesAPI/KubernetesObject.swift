/// Identifies one object: its kind, namespace and name.
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

/// An object of any kind, in its lean form.
///
/// One reference: while a large cluster is listed, many objects wait side by side.
package indirect enum KubernetesObject: Sendable, Hashable {
    case service(Service)
    case endpointSlice(EndpointSlice)
    case node(Node)
    case serviceCIDR(ServiceCIDR)
    case namespace(Namespace)
    case pod(Pod)

    package var metadata: ObjectMeta {
        switch self {
        case .service(let service): service.metadata
        case .endpointSlice(let slice): slice.metadata
        case .node(let node): node.metadata
        case .serviceCIDR(let range): range.metadata
        case .namespace(let namespace): namespace.metadata
        case .pod(let pod): pod.metadata
        }
    }

    package var kind: ObjectKind {
        switch self {
        case .service: .service
        case .endpointSlice: .endpointSlice
        case .node: .node
        case .serviceCIDR: .serviceCIDR
        case .namespace: .namespace
        case .pod: .pod
        }
    }

    /// Values that were ignored when the object was read; nearly always none.
    package var refusals: [FieldRefusal] {
        switch self {
        case .service(let service): service.refusals
        case .endpointSlice(let slice): slice.refusals
        case .node(let node): node.refusals
        case .serviceCIDR(let range): range.refusals
        case .namespace: []
        case .pod(let pod): pod.refusals
        }
    }

    package var key: ObjectKey { ObjectKey(kind: kind, name: metadata.namespacedName) }
}

/// What happened to one object; a single reference, like the object itself.
package enum ObjectChange: Sendable, Hashable {
    /// The object was created or has changed.
    case set(KubernetesObject)
    /// The object no longer exists.
    indirect case removed(ObjectKey)

    package var key: ObjectKey {
        switch self {
        case .set(let object): object.key
        case .removed(let key): key
        }
    }

    /// The object's kind, without making its key.
    package var kind: ObjectKind {
        switch self {
        case .set(let object): object.kind
        case .removed(let key): key.kind
        }
    }
}
