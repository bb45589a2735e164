import Synchronization

/// One state of one object: immutable, shared by lists, watchers and the window of events.
package final class Record: Sendable {
    package let key: RecordKey
    /// The row of the database.
    let row: Int64
    /// The resource version of this state.
    package let revision: Int64
    /// The whole object as compact JSON; the store never looks into it.
    package let document: [UInt8]

    private let known = Mutex<RecordIndex?>(nil)

    init(key: RecordKey, row: Int64, revision: Int64, document: [UInt8]) {
        self.key = key
        self.row = row
        self.revision = revision
        self.document = document
    }

    /// The fields that selectors match, once they have been read from the document.
    package var index: RecordIndex? { known.withLock { $0 } }

    package func remember(_ index: RecordIndex) { known.withLock { $0 = index } }
}

/// The fields that lists and watches select by, read from a document once.
package struct RecordIndex: Sendable {
    package var labels: [String: String]
    package var fields: [String: String]

    package init(labels: [String: String], fields: [String: String]) {
        self.labels = labels
        self.fields = fields
    }
}
