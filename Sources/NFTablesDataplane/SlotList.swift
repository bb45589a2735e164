import ServiceRouting

/// The backends of a list, each in its slot: slot 0 to count - 1, without a hole, in whatever order they came to be there.
struct SlotList: Sendable, Hashable {
    private(set) var slots: [Slot] = []

    /// What becomes of one slot.
    struct Edit: Sendable, Hashable {
        var slot: Int
        var old: Slot?
        var new: Slot?
    }

    var count: Int { slots.count }

    init(slots: [Slot] = []) {
        self.slots = slots
    }

    /// Makes the list hold these backends, at most ``RouteClass/maximumBackends`` of them, and tells what became of the
    /// slots that change. A backend that stays keeps its slot, unless the last one has to fill a hole.
    mutating func update(to backends: [Backend]) -> [Edit] {
        var missing = Set<Slot>(minimumCapacity: backends.count)
        for backend in backends.prefix(RouteClass.maximumBackends) {
            missing.insert(Slot(address: backend.address, port: backend.port))
        }
        let wanted = missing.count
        var holes: [Int] = []
        for (index, slot) in slots.enumerated() where missing.remove(slot) == nil { holes.append(index) }
        if holes.isEmpty, missing.isEmpty { return [] }

        var edits: [Edit] = []
        // Sorted, so that the same change always leads to the same slots.
        var newcomers = missing.sorted { ($0.address, $0.port) < ($1.address, $1.port) }[...]
        while let hole = holes.first, let newcomer = newcomers.popFirst() {
            holes.removeFirst()
            edits.append(Edit(slot: hole, old: slots[hole], new: newcomer))
            slots[hole] = newcomer
        }
        for newcomer in newcomers {
            edits.append(Edit(slot: slots.count, old: nil, new: newcomer))
            slots.append(newcomer)
        }
        edits += close(holes)
        assert(slots.count == wanted)
        return edits
    }

    /// Moves slots from the end into the holes, which are in ascending order.
    private mutating func close(_ holes: [Int]) -> [Edit] {
        var edits: [Edit] = []
        var holes = holes[...]
        while let highest = holes.last {
            let last = slots.count - 1
            if highest == last {
                holes.removeLast()
                edits.append(Edit(slot: last, old: slots[last], new: nil))
            } else {
                let lowest = holes.removeFirst()
                edits.append(Edit(slot: lowest, old: slots[lowest], new: slots[last]))
                edits.append(Edit(slot: last, old: slots[last], new: nil))
                slots[lowest] = slots[last]
            }
            slots.removeLast()
        }
        return edits
    }
}
