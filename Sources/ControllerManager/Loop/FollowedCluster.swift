import DocumentAccess
import KubernetesAPI

/// Objects of several kinds as a controller knows them, and what has to be looked at when one of them changes: a plain
/// value.
protocol FollowedCluster: Sendable {
    /// The kinds that are followed.
    associatedtype Kind: Hashable & Sendable & CaseIterable
    /// What is looked at.
    associatedtype Key: Hashable & Sendable
    /// What a watch or a list has told of one object, with only what is needed of it.
    associatedtype Change: Sendable

    static func resource(of kind: Kind) -> ResourceName

    static func read(_ change: DocumentChange, of kind: Kind) -> Change

    /// The disappearance of an object that a list of this version no longer has.
    static func removal(of name: NamespacedName, _ kind: Kind, version: String) -> Change

    /// Takes a change in.
    ///
    /// - Returns: what has to be looked at.
    mutating func apply(_ change: Change) -> Set<Key>

    func names(of kind: Kind) -> [NamespacedName]
}
