/// Identifies a record: `services`, `default`, `web`.
package struct RecordKey: Hashable, Sendable {
    /// The resource with its group, such as `services` or `endpointslices.discovery.k8s.io`.
    package let resource: String
    /// Empty for cluster-scoped resources.
    package let namespace: String
    package let name: String

    package init(resource: String, namespace: String, name: String) {
        self.resource = resource
        self.namespace = namespace
        self.name = name
    }
}

extension RecordKey {
    /// List order within a resource: by namespace, then by name, as etcd sorts its keys.
    func isBefore(_ other: RecordKey) -> Bool {
        namespace == other.namespace ? name < other.name : namespace < other.namespace
    }
}
