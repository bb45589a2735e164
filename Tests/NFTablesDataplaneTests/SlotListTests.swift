import InternetAddresses
import ServiceRouting
import TestKit
import Testing

@testable import NFTablesDataplane

@Suite struct SlotListTests {
    @Test("new backends are appended in order")
    func append() {
        var list = SlotList()
        #expect(
            list.update(to: [backend(1), backend(2)]) == [
                .init(slot: 0, old: nil, new: slot(1)), .init(slot: 1, old: nil, new: slot(2)),
            ])
        #expect(list.slots.map { Slot($0) } == [slot(1), slot(2)])
    }

    @Test("a list in the order of the route shares its storage")
    func sharing() {
        let backends = [1, 2, 3].map { backend($0, isLocal: $0 == 1) }
        var list = SlotList()
        _ = list.update(to: backends)
        #expect(list.slots.withUnsafeBufferPointer(\.baseAddress) == backends.withUnsafeBufferPointer(\.baseAddress))
        // Read back from the kernel, which does not know a backend's node.
        list = SlotList(found: [1, 2, 3].map { slot($0) })
        #expect(list.update(to: backends).isEmpty)
        #expect(list.slots.withUnsafeBufferPointer(\.baseAddress) == backends.withUnsafeBufferPointer(\.baseAddress))
    }

    @Test("a new backend takes the slot of a removed one")
    func replacement() {
        var list = SlotList(found: [slot(1), slot(2), slot(3)])
        #expect(list.update(to: [1, 3, 4].map { backend($0) }) == [.init(slot: 1, old: slot(2), new: slot(4))])
        #expect(list.slots.map { Slot($0) } == [slot(1), slot(4), slot(3)])
    }

    @Test("the last backend moves into a hole")
    func hole() {
        var list = SlotList(found: [slot(1), slot(2), slot(3)])
        let edits = list.update(to: [2, 3].map { backend($0) })
        #expect(
            edits == [.init(slot: 0, old: slot(1), new: slot(3)), .init(slot: 2, old: slot(3), new: nil)])
        #expect(list.slots.map { Slot($0) } == [slot(3), slot(2)])
    }

    @Test("nothing changes if the same backends are given in another order, or twice")
    func same() {
        var list = SlotList(found: [slot(1), slot(2)])
        #expect(list.update(to: [2, 1, 2].map { backend($0) }).isEmpty)
        #expect(list.slots.map { Slot($0) } == [slot(1), slot(2)])
    }

    @Test("a list in which others duplicated a backend becomes one without duplicates")
    func repetition() {
        var list = SlotList(found: [slot(1), slot(1), slot(2)])
        _ = list.update(to: [1, 2].map { backend($0) })
        #expect(list.slots.map { Slot($0) } == [slot(1), slot(2)])
    }

    @Test("backends beyond what a class can express are dropped")
    func tooMany() {
        var list = SlotList()
        let edits = list.update(to: (0..<70_000).map { backend($0) })
        #expect(list.count == RouteClass.maximumBackends)
        #expect(edits.count == RouteClass.maximumBackends)
    }

    @Test("after any update there is no hole, and no backend has moved unnecessarily", arguments: 0..<20)
    func property(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var list = SlotList()
        for _ in 0..<100 {
            let wanted = Set((1...12).filter { _ in Bool.random(using: &random) }.map { slot($0) })
            let old = list
            let edits = list.update(to: wanted.map { Backend(address: $0.address, port: $0.port) })
            #expect(list.count == wanted.count)
            #expect(Set(list.slots.map { Slot($0) }) == wanted)

            var replayed = Dictionary(
                uniqueKeysWithValues: old.slots.enumerated().map { ($0.offset, Slot($0.element)) })
            for edit in edits {
                #expect(replayed[edit.slot] == edit.old)
                #expect(edit.old != edit.new)
                replayed[edit.slot] = edit.new
            }
            #expect(
                replayed
                    == Dictionary(uniqueKeysWithValues: list.slots.enumerated().map { ($0.offset, Slot($0.element)) }))

            let changes = wanted.symmetricDifference(old.slots.map { Slot($0) }).count
            #expect(edits.count <= 2 * changes)
            for (index, slot) in old.slots.map({ Slot($0) }).enumerated()
            where wanted.contains(slot) && index < list.count {
                #expect(Slot(list.slots[index]) == slot, "\(slot) had no need to move")
            }
        }
    }
}
