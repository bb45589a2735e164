/// The metadata of an object, reduced to the fields read here.
///
/// No annotations are kept, and of most kinds only the labels named in ``WellKnown``: a node holds the metadata of
/// every EndpointSlice of the cluster.
package struct ObjectMeta: Sendable, Hashable {
    /// Empty for objects without a namespace, such as Nodes.
    package var namespace: String
    package var name: String
    /// Opaque; changes with every write. Empty for objects that did not come from an API server.
    package var resourceVersion: String
    /// Seconds since 1970; 0 if the object does not say.
    package var creationTime: Int64
    /// Whether `deletionTimestamp` is set: the object is being deleted.
    package var isBeingDeleted: Bool
    package var labels: Labels

    package init(
        namespace: String, name: String, resourceVersion: String = "", creationTime: Int64 = 0,
        isBeingDeleted: Bool = false, labels: Labels = [:]
    ) {
        self.namespace = namespace
        self.name = name
        self.resourceVersion = resourceVersion
        self.creationTime = creationTime
        self.isBeingDeleted = isBeingDeleted
        self.labels = labels
    }

    package var namespacedName: NamespacedName { NamespacedName(namespace: namespace, name: name) }
}
