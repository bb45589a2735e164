/// The operator's routing settings.
package struct RoutingConfiguration: Sendable, Hashable {
    /// The name of this node's Node object.
    package var nodeName: String
    package var nodePorts: NodePortPolicy
    /// Whether all connections to clusterIPs are masqueraded (`--masquerade-all`).
    package var masqueradesAll: Bool

    package init(nodeName: String, nodePorts: NodePortPolicy = .primary, masqueradesAll: Bool = false) {
        self.nodeName = nodeName
        self.nodePorts = nodePorts
        self.masqueradesAll = masqueradesAll
    }
}
