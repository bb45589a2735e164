import InternetAddresses
import NFTables
import Testing

@testable import NFTablesDataplane

@Suite struct RouteClassTests {
    static let all: [RouteClass] =
        [.refuse, .drop]
        + [1, 2, 255, 256, 1000, RouteClass.maximumBackends].flatMap { count in
            RouteClass.Backends.allCases.flatMap { list in
                [false, true].map { RouteClass.pick(count: count, list, sticky: $0) }
            }
        }

    @Test("each class has a number of its own, which leads back to it")
    func numbers() {
        #expect(Set(Self.all.map(\.id)).count == Self.all.count)
        for routeClass in Self.all { #expect(RouteClass(id: routeClass.id) == routeClass) }
    }

    @Test(
        "numbers that are no class are not taken for one",
        arguments: [0, 1, 0x5E1B_0001, 0x571C_0000, 0x571C_FFFF, 0x10CA_0000, 0x10CA_FFFF, 0x510C_0000, 0xFFFF_FFFF])
    func noClass(id: UInt32) {
        #expect(RouteClass(id: id) == nil)
    }

    @Test("each class leads to a chain of its own name")
    func names() {
        let picks = Self.all.dropFirst(2)
        #expect(Set(picks.map(\.chain.name)).count == picks.count)
        #expect(RouteClass.pick(count: 3, .cluster, sticky: false).verdict == .goto("pick-3"))
        #expect(RouteClass.pick(count: 3, .local, sticky: false).verdict == .goto("pick-local-3"))
        #expect(RouteClass.pick(count: 3, .cluster, sticky: true).verdict == .goto("sticky-3"))
        #expect(RouteClass.pick(count: 3, .local, sticky: true).verdict == .goto("sticky-local-3"))
        #expect(RouteClass.refuse.verdict == .goto("refuse"))
        #expect(RouteClass.drop.verdict == .drop)
    }

    @Test("a sticky class comes with the one that it falls back to, and after it")
    func needed() {
        let sticky = RouteClass.pick(count: 3, .local, sticky: true)
        #expect(sticky.needed == [.pick(count: 3, .local, sticky: false), sticky])
        #expect(RouteClass.refuse.needed == [.refuse])
    }

    @Test("the rules pick among as many slots as there are backends")
    func rules() {
        #expect(
            Self.text(.pick(count: 3, .cluster, sticky: false), .ipv4) == [
                "meta priority set none",
                "dnat ip to ip daddr . meta l4proto . th dport . numgen random mod 3 map @endpoints",
            ])
        #expect(
            Self.text(.pick(count: 2, .local, sticky: false), .ipv6) == [
                "meta priority set none",
                "dnat ip6 to ip6 daddr . meta l4proto . th dport . numgen random mod 2 offset 1000000 map @endpoints",
            ])
        #expect(
            Self.text(.pick(count: 3, .cluster, sticky: true), .ipv4) == [
                "meta priority set none",
                "dnat ip to ip saddr . ip daddr . meta l4proto . th dport map @affinity",
                "goto pick-3",
            ])
        #expect(Self.text(.refuse, .ipv4).isEmpty)
        #expect(Self.text(.drop, .ipv4).isEmpty)
    }

    private static func text(_ routeClass: RouteClass, _ family: IPFamily) -> [String] {
        routeClass.rules.map { $0.nftText(family) }
    }
}
