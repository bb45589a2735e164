import DocumentAccess
import KubernetesAPI

/// A controller's view of objects of several kinds, and the keys affected by each change: a plain value.
protocol FollowedCluster: Sendable {
    /// The kinds that are followed.
    associatedtype Kind: Hashable & Sendable & CaseIterable
    /// A key to process.
    associatedtype Key: Hashable & Sendable
    /// A change to one object from a watch or a list, reduced to the needed fields.
    associatedtype Change: Sendable

    static func resource(of kind: Kind) -> ResourceName

    static func read(_ change: DocumentChange, of kind: Kind) -> Change

    /// The removal of an object that is absent from a list of this version.
    static func removal(of name: NamespacedName, _ kind: Kind, version: String) -> Change

    /// Applies a change.
    ///
    /// - Returns: The keys to process.
    mutating func apply(_ change: Change) -> Set<Key>

    func names(of kind: Kind) -> [NamespacedName]
}
