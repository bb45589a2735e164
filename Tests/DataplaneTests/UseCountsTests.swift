import Dataplane
import Testing

@Suite struct UseCountsTests {
    @Test("only the net effect counts")
    func settle() {
        var counts = UseCounts<String>()
        counts.increment("stays")
        counts.increment("goes")
        counts.increment("flickers")
        #expect(Set(counts.settle().began) == ["stays", "goes", "flickers"])

        counts.increment("stays")
        counts.decrement("stays")
        counts.decrement("goes")
        counts.decrement("flickers")
        counts.increment("flickers")
        counts.increment("passes")
        counts.decrement("passes")
        let (began, ended) = counts.settle()
        #expect(began.isEmpty)
        #expect(ended == ["goes"])
        #expect(Set(counts.inUse) == ["stays", "flickers"])
    }

    @Test("a thing is in use until its last user is removed")
    func severalUsers() {
        var counts = UseCounts<Int>()
        for _ in 0..<3 { counts.increment(1) }
        _ = counts.settle()
        for _ in 0..<2 { counts.decrement(1) }
        #expect(counts.settle().ended.isEmpty)
        #expect(counts.contains(1))
        counts.decrement(1)
        #expect(counts.settle().ended == [1])
        #expect(!counts.contains(1))
    }

    @Test("removing a user of an unused thing is harmless")
    func unknown() {
        var counts = UseCounts<Int>()
        counts.decrement(1)
        #expect(counts.settle() == ([], []))
    }
}
