package import InternetAddresses
package import KubernetesAPI

/// The properties of this machine's Node that routing does not need.
package struct NodeView: Sendable, Hashable {
    /// Set by the cluster autoscaler on a node that it is about to remove.
    private static let removalTaint = "ToBeDeletedByClusterAutoscaler"

    private let name: String
    /// The names of all Nodes seen.
    private var names: Set<String> = []
    /// Whether load balancers should keep sending connections here: the Node is not about to be removed.
    package private(set) var isEligible = true
    /// `spec.podCIDRs`; empty until there are some.
    package private(set) var podNetworks: [IPNetwork] = []

    package init(name: String) {
        self.name = name
    }

    package mutating func take(_ changes: [ObjectChange]) {
        for change in changes where change.kind == .node {
            let seen = change.key.name.name
            switch change {
            case .set(let object):
                names.insert(seen)
                guard case .node(let node) = object, seen == name else { continue }
                isEligible = !Self.isLeaving(node)
                podNetworks = node.podCIDRs
            case .removed:
                // As in kube-proxy, a deleted Node is no reason to send clients elsewhere.
                names.remove(seen)
            }
        }
    }

    private static func isLeaving(_ node: Node) -> Bool {
        node.metadata.isBeingDeleted || node.taints.contains { $0.key == removalTaint }
    }

    /// The warning if no Node of our name has been seen; `nil` if one has.
    package var missing: String? {
        guard !names.contains(name) else { return nil }
        guard !names.isEmpty else { return "there is no Node named \(name)" }
        let others = names.sorted().prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
        return "there is no Node named \(name), only \(others)"
    }

    /// Whether there are Nodes but not ours: the name is probably wrong.
    package var isMisnamed: Bool { !names.isEmpty && !names.contains(name) }
}
