import DocumentAccess
import EndpointsController
import KubernetesAPI
import KubernetesObjects

extension EndpointsCluster: FollowedCluster {
    static func resource(of kind: Kind) -> ResourceName {
        switch kind {
        case .service: .services
        case .pod: .pods
        case .node: .nodes
        case .slice: .endpointSlices
        case .endpoints: .endpoints
        }
    }

    static func read(_ change: DocumentChange, of kind: Kind) -> Change {
        switch change {
        case .set(let document): Change(kind, document)
        case .removed(let document): .removed(kind, document.namespacedName, version: document.resourceVersion)
        }
    }

    static func removal(of name: NamespacedName, _ kind: Kind, version: String) -> Change {
        .removed(kind, name, version: version)
    }
}
