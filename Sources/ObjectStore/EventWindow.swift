import DequeModule

/// The latest changes of a resource: watchers resume from it, and recent lists are rebuilt from it.
///
/// It is bounded in events and in the bytes that only it keeps alive. A reader that asks for older
/// changes must list again.
struct EventWindow {
    struct Limits: Sendable {
        var events = 8192
        var bytes = 16 << 20
    }

    private var events: Deque<StoreEvent> = []
    private var bytes = 0
    private let limits: Limits
    /// Changes up to this revision are no longer in the window.
    private(set) var compacted: Int64

    init(opened revision: Int64, limits: Limits) {
        compacted = revision
        self.limits = limits
    }

    /// The revision of the last change, even if it has left the window.
    var lastRevision: Int64 { events.last?.revision ?? compacted }

    mutating func append(_ event: StoreEvent) {
        events.append(event)
        bytes += Self.cost(event)
        while let oldest = events.first, events.count > limits.events || (bytes > limits.bytes && events.count > 1) {
            events.removeFirst()
            bytes -= Self.cost(oldest)
            compacted = oldest.revision
        }
    }

    /// The changes after `revision`, oldest first; `nil` if some of them have left the window.
    func events(after revision: Int64) -> [StoreEvent]? {
        guard revision >= compacted else { return nil }
        guard let last = events.last, last.revision > revision else { return [] }
        var low = events.startIndex
        var high = events.endIndex
        while low < high {
            let middle = (low + high) / 2
            if events[middle].revision > revision { high = middle } else { low = middle + 1 }
        }
        return Array(events[low...])
    }

    /// Drops everything up to `revision`.
    mutating func compact(through revision: Int64) {
        while let oldest = events.first, oldest.revision <= revision {
            events.removeFirst()
            bytes -= Self.cost(oldest)
        }
        compacted = max(compacted, revision)
    }

    private static func cost(_ event: StoreEvent) -> Int {
        (event.previous?.document.count ?? 0) + (event.kind == .deleted ? event.record.document.count : 0)
    }
}
