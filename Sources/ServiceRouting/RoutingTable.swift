package import KubernetesAPI

/// The Services of the cluster as this node routes them, kept up to date one object at a time.
///
/// A plain value: it asks neither the time nor the kernel nor the network. What a change of one object costs depends on
/// the Service that the object belongs to, never on how many other Services there are.
package struct RoutingTable: Sendable {
    /// An empty table for the node of this name.
    package init(nodeName: String) {
    }

    /// Takes in what happened to some objects and tells what this changes for connections.
    package mutating func apply(_ changes: some Sequence<ObjectChange>) -> RoutingChange {
        RoutingChange()
    }
}
