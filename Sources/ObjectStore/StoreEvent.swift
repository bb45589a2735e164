/// A change that is on disk.
package struct StoreEvent: Sendable {
    package enum Kind: Sendable {
        case added, modified, deleted
    }

    package let kind: Kind
    /// The new state; for a deletion the last one, with the revision of the deletion.
    package let record: Record
    /// The state before, absent for an addition.
    package let previous: Record?

    package var revision: Int64 { record.revision }
}
