import ServiceRouting

/// The backends of a list, each in its slot: slot 0 to count - 1, without holes, in any order.
///
/// If that is the order of the route's own list, the two share storage: a million backends are stored once.
struct SlotList: Sendable, Hashable {
    private(set) var slots: [Backend] = []

    /// The change of one slot.
    struct Edit: Sendable, Hashable {
        var slot: Int
        var old: Slot?
        var new: Slot?
    }

    var count: Int { slots.count }

    /// The kernel's list. If it has gaps, it is discarded.
    init(found: [Slot] = []) {
        slots = found.map { Backend(address: $0.address, port: $0.port) }
    }

    init(_ backends: [Backend]) {
        slots = Self.usable(backends)
    }

    private static func usable(_ backends: [Backend]) -> [Backend] {
        backends.count > RouteClass.maximumBackends ? [Backend](backends.prefix(RouteClass.maximumBackends)) : backends
    }

    /// Makes the list hold these backends, at most ``RouteClass/maximumBackends`` of them, and returns the changed
    /// slots. A backend that stays keeps its slot, unless the last one must fill a hole.
    ///
    /// With session affinity clients are remembered by slot: then no backend moves, and the slots of removed ones go to
    /// new backends and to those with the fewest slots.
    mutating func update(to backends: [Backend], isSticky: Bool = false) -> [Edit] {
        let wanted = Self.usable(backends)
        if isSticky, !wanted.isEmpty { return updateInPlace(to: wanted) }
        if slots.count == wanted.count, zip(slots, wanted).allSatisfy({ Slot($0) == Slot($1) }) {
            slots = wanted
            return []
        }
        if slots.isEmpty {
            slots = wanted
            return wanted.enumerated().map { Edit(slot: $0.offset, old: nil, new: Slot($0.element)) }
        }
        var missing = [Slot: Backend](minimumCapacity: wanted.count)
        for backend in wanted { missing[Slot(backend)] = backend }
        var holes: [Int] = []
        for (index, slot) in slots.enumerated() {
            if let backend = missing.removeValue(forKey: Slot(slot)) {
                if slot != backend { slots[index] = backend }
            } else {
                holes.append(index)
            }
        }
        if holes.isEmpty, missing.isEmpty { return [] }

        var edits: [Edit] = []
        // Sorted, so that the same change always produces the same slots.
        var newcomers = missing.values.sorted()[...]
        while let hole = holes.first, let newcomer = newcomers.popFirst() {
            holes.removeFirst()
            edits.append(Edit(slot: hole, old: Slot(slots[hole]), new: Slot(newcomer)))
            slots[hole] = newcomer
        }
        for newcomer in newcomers {
            edits.append(Edit(slot: slots.count, old: nil, new: Slot(newcomer)))
            slots.append(newcomer)
        }
        edits += close(holes)
        if slots == wanted { slots = wanted }
        return edits
    }

    /// Keeps every backend in its slots. A client whose backend is gone finds another one in its slot.
    ///
    /// A new backend gets a new slot, which affects no client, unless there are already twice as many slots as
    /// backends: then it takes one from the backend with the most.
    private mutating func updateInPlace(to wanted: [Backend]) -> [Edit] {
        var counts: [Slot: Int] = [:]
        var backends: [Slot: Backend] = [:]
        for backend in wanted {
            counts[Slot(backend)] = 0
            backends[Slot(backend)] = backend
        }
        var holes: [Int] = []
        for (index, backend) in slots.enumerated() {
            if let present = backends[Slot(backend)] {
                counts[Slot(backend), default: 0] += 1
                if backend != present { slots[index] = present }
            } else {
                holes.append(index)
            }
        }
        var edits: [Edit] = []
        for newcomer in wanted where counts[Slot(newcomer)] == 0 {
            counts[Slot(newcomer)] = 1
            if let hole = holes.popLast() {
                edits.append(Edit(slot: hole, old: Slot(slots[hole]), new: Slot(newcomer)))
                slots[hole] = newcomer
            } else if slots.count < min(2 * wanted.count, RouteClass.maximumBackends) {
                edits.append(Edit(slot: slots.count, old: nil, new: Slot(newcomer)))
                slots.append(newcomer)
            } else if let most = slots.indices.max(by: {
                counts[Slot(slots[$0]), default: 0] < counts[Slot(slots[$1]), default: 0]
            }) {
                counts[Slot(slots[most]), default: 0] -= 1
                edits.append(Edit(slot: most, old: Slot(slots[most]), new: Slot(newcomer)))
                slots[most] = newcomer
            }
        }
        for hole in holes {
            guard let least = wanted.min(by: { counts[Slot($0), default: 0] < counts[Slot($1), default: 0] }) else {
                break
            }
            counts[Slot(least), default: 0] += 1
            edits.append(Edit(slot: hole, old: Slot(slots[hole]), new: Slot(least)))
            slots[hole] = least
        }
        if slots == wanted { slots = wanted }
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
                edits.append(Edit(slot: last, old: Slot(slots[last]), new: nil))
            } else {
                let lowest = holes.removeFirst()
                edits.append(Edit(slot: lowest, old: Slot(slots[lowest]), new: Slot(slots[last])))
                edits.append(Edit(slot: last, old: Slot(slots[last]), new: nil))
                slots[lowest] = slots[last]
            }
            slots.removeLast()
        }
        return edits
    }
}

extension Slot {
    init(_ backend: Backend) {
        self.init(address: backend.address, port: backend.port)
    }
}
