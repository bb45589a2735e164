/// The state that one write sees and changes: all earlier writes, on disk or about to be.
///
/// It exists on the writer's thread for one call; a transaction that throws has changed nothing.
package final class StoreTransaction {
    private let group: WriteGroup
    private var own: [RecordKey: Record?] = [:]
    private(set) var events: [StoreEvent] = []
    /// The revision of the last change, in this transaction or before.
    package private(set) var revision: Int64
    private var lastRow: Int64

    /// Set to leave everything as it was, although the call succeeds: a dry run.
    package var discardsChanges = false

    init(group: WriteGroup) {
        self.group = group
        revision = group.revision
        lastRow = group.lastRow
    }

    /// The newest state of an object.
    package func record(_ key: RecordKey) -> Record? {
        if let change = own[key] { return change }
        return group.record(key)
    }

    /// All objects of a resource, in a namespace or everywhere, in list order.
    package func records(of resource: String, in namespace: String? = nil) -> [Record] {
        var changes = group.changes(of: resource, in: namespace)
        for (key, change) in own where key.resource == resource && (namespace == nil || namespace == key.namespace) {
            changes[key] = change
        }
        let committed = group.committed(resource, namespace)
        guard !changes.isEmpty else { return Array(committed) }
        var records = committed.filter { changes[$0.key] == nil }
        records += changes.values.compactMap { $0 }
        return records.sorted { $0.key.isBefore($1.key) }
    }

    /// Writes an object, new or existing; `document` receives its new revision.
    @discardableResult
    package func put(_ key: RecordKey, _ document: (_ revision: Int64) throws -> [UInt8]) rethrows -> Record {
        let previous = record(key)
        let row = previous?.row ?? lastRow + 1
        let record = Record(key: key, row: row, revision: revision + 1, document: try document(revision + 1))
        revision += 1
        lastRow = max(lastRow, row)
        own[key] = .some(record)
        events.append(StoreEvent(kind: previous == nil ? .added : .modified, record: record, previous: previous))
        return record
    }

    /// Deletes an existing object; `document` makes its last state, which watchers receive.
    package func delete(_ key: RecordKey, _ document: (_ revision: Int64) throws -> [UInt8]) rethrows {
        guard let previous = record(key) else { return }
        let record = Record(
            key: key, row: previous.row, revision: revision + 1, document: try document(revision + 1))
        revision += 1
        own[key] = .some(nil)
        events.append(StoreEvent(kind: .deleted, record: record, previous: previous))
    }

    /// Makes the changes part of the group, so that the next transaction sees them.
    func merge() {
        guard !discardsChanges else { return }
        group.merge(own, events: events, revision: revision, lastRow: lastRow)
    }
}
