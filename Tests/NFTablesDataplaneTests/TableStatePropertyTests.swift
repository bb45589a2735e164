import InternetAddresses
import ServiceRouting
import Testing

@testable import NFTablesDataplane

/// Long random histories, against a table that refuses everything that the kernel would.
@Suite struct TableStatePropertyTests {
    @Test("after any history the kernel holds what the routes say, and nothing was refused", arguments: 0..<30)
    func history(seed: UInt64) {
        let family: IPFamily = seed % 2 == 0 ? .ipv4 : .ipv6
        var world = RandomRoutes(family, seed: seed)
        var state = TableState(family: family)
        var kernel = FakeKernel()
        for step in 0..<80 {
            let change = world.change()
            let before = state
            state.follow(change, &kernel)
            #expect(kernel.refusals == [], "seed \(seed), step \(step): \(change)")
            #expect(kernel.elements == state.elements, "seed \(seed), step \(step): \(change)")
            #expect(kernel.stickyLists == state.stickyLists)
            guard kernel.refusals == [], kernel.elements == state.elements else { return }
            checkClients(before, state)
            if step % 10 == 9 { #expect(state.meaning == Self.fromScratch(world).meaning) }
        }
        for route in world.routes.values { state.follow(.remove(route), &kernel) }
        #expect(kernel.refusals == [])
        #expect(kernel.elements.keys.allSatisfy { $0 == .dispatch })
        #expect(kernel.stickyLists.isEmpty)
    }

    /// Remembered clients stay with a backend that still exists, and no slot is empty.
    private func checkClients(_ before: TableState, _ after: TableState) {
        for (number, list) in after.stickyLists {
            guard before.stickyLists[number] == list, let old = before.routes[list.route],
                let new = after.routes[list.route]
            else { continue }
            let (oldSlots, newSlots) = (old.slots(of: list.backends).slots, new.slots(of: list.backends).slots)
            #expect(newSlots.count >= oldSlots.count)
            let moved = zip(oldSlots, newSlots).filter { Slot($0) != Slot($1) }
            for (old, _) in moved where newSlots.contains(where: { Slot($0) == Slot(old) }) {
                // Only if it had more than one.
                #expect(oldSlots.count { Slot($0) == Slot(old) } > 1)
            }
        }
    }

    private static func fromScratch(_ world: RandomRoutes) -> TableState {
        var state = TableState(family: world.family)
        var edits = TableEdits(isRecording: false)
        for route in world.routes.values { state.set(route.key, to: route, into: &edits) }
        state.settle(into: &edits)
        return state
    }
}
