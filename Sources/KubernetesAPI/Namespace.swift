/// A Namespace (`v1`).
package struct Namespace: Sendable, Hashable {
    package var metadata: ObjectMeta
    /// Whether its objects are being deleted, and nothing may be created in it (`status.phase`).
    package var isTerminating: Bool

    package init(metadata: ObjectMeta, isTerminating: Bool = false) {
        self.metadata = metadata
        self.isTerminating = isTerminating
    }
}
