/// The records of one resource in list order, and the window of their changes.
struct RecordTable {
    private(set) var records: [Record] = []
    private(set) var window: EventWindow

    init(opened revision: Int64, limits: EventWindow.Limits) {
        window = EventWindow(opened: revision, limits: limits)
    }

    func record(_ key: RecordKey) -> Record? {
        let position = position(of: key)
        return position < records.count && records[position].key == key ? records[position] : nil
    }

    /// Adds a record read from the disk.
    mutating func load(_ record: Record) {
        if let last = records.last, !last.key.isBefore(record.key) {
            records.insert(record, at: position(of: record.key))
        } else {
            records.append(record)
        }
    }

    mutating func apply(_ event: StoreEvent) {
        Self.apply(event, to: &records)
        window.append(event)
    }

    mutating func compact(through revision: Int64) {
        window.compact(through: revision)
    }

    /// The records of `namespace`, or all of them.
    func records(in namespace: String?) -> ArraySlice<Record> {
        guard let namespace else { return records[...] }
        return Self.slice(of: records, namespace: namespace)
    }

    /// The records as they were at `revision`, undoing what came after; `nil` if the window does not reach back.
    func records(in namespace: String?, at revision: Int64) -> ArraySlice<Record>? {
        guard let later = window.events(after: revision) else { return nil }
        var records = records
        for event in later.reversed() { Self.undo(event, in: &records) }
        guard let namespace else { return records[...] }
        return Self.slice(of: records, namespace: namespace)
    }

    private func position(of key: RecordKey) -> Int { Self.position(of: key, in: records) }

    private static func apply(_ event: StoreEvent, to records: inout [Record]) {
        let position = position(of: event.record.key, in: records)
        switch event.kind {
        case .added: records.insert(event.record, at: position)
        case .modified: records[position] = event.record
        case .deleted: records.remove(at: position)
        }
    }

    private static func undo(_ event: StoreEvent, in records: inout [Record]) {
        let position = position(of: event.record.key, in: records)
        switch (event.kind, event.previous) {
        case (.added, _): records.remove(at: position)
        case (.modified, let previous?): records[position] = previous
        case (.deleted, let previous?): records.insert(previous, at: position)
        case (.modified, nil), (.deleted, nil): break
        }
    }

    /// The position of `key`, or the one where it belongs.
    private static func position(of key: RecordKey, in records: [Record]) -> Int {
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].key.isBefore(key) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func slice(of records: [Record], namespace: String) -> ArraySlice<Record> {
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].key.namespace < namespace { low = middle + 1 } else { high = middle }
        }
        let start = low
        high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].key.namespace <= namespace { low = middle + 1 } else { high = middle }
        }
        return records[start..<low]
    }
}
