/// The backends that the kernel holds, by frontend.
///
/// All of them are in one array, those of a frontend chained together: with a million backends, an array for each
/// frontend takes three times the memory.
struct KernelSlots: Sendable {
    private struct Entry: Sendable {
        var slot: UInt32
        var backend: Slot
        /// The next entry of the same frontend; -1 for none.
        var next: Int32
    }

    private var entries: [Entry] = []
    /// The first entry of each frontend.
    private var first: [FrontendKey: Int32] = [:]

    /// How many have been added, whether they were removed again or not.
    var count: Int { entries.count }

    var frontends: some Collection<FrontendKey> { first.keys }

    /// In no particular order.
    subscript(frontend: FrontendKey) -> [(slot: UInt32, backend: Slot)] {
        var found: [(slot: UInt32, backend: Slot)] = []
        var index = first[frontend] ?? -1
        while index >= 0 {
            let entry = entries[Int(index)]
            found.append((entry.slot, entry.backend))
            index = entry.next
        }
        return found
    }

    mutating func reserve(frontends: Int, backends: Int) {
        first.reserveCapacity(frontends)
        entries.reserveCapacity(backends)
    }

    mutating func add(_ backend: Slot, in slot: UInt32, of frontend: FrontendKey) {
        entries.append(Entry(slot: slot, backend: backend, next: first[frontend] ?? -1))
        first[frontend] = Int32(entries.count - 1)
    }

    mutating func add(_ others: KernelSlots) {
        for frontend in others.frontends {
            for (slot, backend) in others[frontend] { add(backend, in: slot, of: frontend) }
        }
    }

    /// Takes out what a frontend has.
    mutating func remove(_ frontend: FrontendKey) -> [(slot: UInt32, backend: Slot)] {
        let found = self[frontend]
        first[frontend] = nil
        return found
    }
}
