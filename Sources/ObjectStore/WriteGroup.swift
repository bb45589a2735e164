/// Transactions that one write to the disk makes durable together. Confined to the writer's thread.
final class WriteGroup {
    private let memory: StoreMemory
    private var changed: [RecordKey: Record?] = [:]
    private(set) var events: [StoreEvent] = []
    private(set) var revision: Int64
    private(set) var lastRow: Int64

    init(memory: StoreMemory) {
        self.memory = memory
        (revision, lastRow) = memory.position
    }

    func record(_ key: RecordKey) -> Record? {
        if let change = changed[key] { return change }
        return memory.record(key)
    }

    func changes(of resource: String, in namespace: String?) -> [RecordKey: Record?] {
        changed.filter { $0.key.resource == resource && (namespace == nil || namespace == $0.key.namespace) }
    }

    func committed(_ resource: String, _ namespace: String?) -> ArraySlice<Record> {
        memory.records(of: resource, in: namespace)
    }

    func merge(_ changes: [RecordKey: Record?], events: [StoreEvent], revision: Int64, lastRow: Int64) {
        changed.merge(changes) { $1 }
        self.events += events
        self.revision = revision
        self.lastRow = lastRow
    }
}
