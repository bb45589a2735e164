import DocumentAccess
import KubernetesAPI
import KubernetesObjects
import ReplicaController

extension WorkloadCluster: FollowedCluster {
    enum Change: Sendable {
        case set(Kind, Document)
        case removed(Kind, NamespacedName, version: String)
    }

    static func resource(of kind: Kind) -> ResourceName {
        switch kind {
        case .deployment: .deployments
        case .replicaSet: .replicaSets
        case .pod: .pods
        }
    }

    static func read(_ change: DocumentChange, of kind: Kind) -> Change {
        switch change {
        case .set(let document): .set(kind, document)
        case .removed(let document): .removed(kind, document.namespacedName, version: document.resourceVersion)
        }
    }

    static func removal(of name: NamespacedName, _ kind: Kind, version: String) -> Change {
        .removed(kind, name, version: version)
    }

    mutating func apply(_ change: Change) -> Set<Key> {
        switch change {
        case .set(let kind, let document): set(kind, document)
        case .removed(let kind, let name, let version): remove(kind, name, version: version)
        }
    }
}
