import Dataplane
import InternetAddresses
import NFTables
import Testing

@testable import NFTablesDataplane

@Suite struct RouteClassTests {
    static let all: [RouteClass] = {
        let picks = [1, 2, 255, 256, 1000, RouteClass.maximumBackends].flatMap { count in
            RouteClass.Backends.allCases.map { RouteClass.Action.pick(count: count, $0) }
        }
        let sticky = [0, 1, StickyNumber.mask].map { RouteClass.Action.sticky(StickyNumber(rawValue: $0)) }
        let masquerades: [RouteClass.Masquerade] = [.nobody, .outsiders, .thisNode, .everyone]
        let classes = ([.refuse, .drop, .split] + picks + sticky).flatMap { action in
            masquerades.flatMap { masquerade in
                [false, true].flatMap { mayHairpin in
                    [false, true].map { isGuarded in
                        RouteClass(
                            action: action, masquerade: masquerade, mayHairpin: mayHairpin, isGuarded: isGuarded)
                    }
                }
            }
        }
        return Array(Set(classes))
    }()

    @Test("every class has a unique number, from which it can be recovered")
    func numbers() {
        #expect(Set(Self.all.map(\.id)).count == Self.all.count)
        for routeClass in Self.all { #expect(RouteClass(id: routeClass.id) == routeClass) }
    }

    @Test("invalid numbers are detected", arguments: [0, 1, 3, 0x5C00_0000, 0x5D00_0003, 0xFFFF_FFFF, 0x10003])
    func foreign(id: UInt32) {
        #expect(RouteClass(id: id) == nil)
    }

    @Test("each class leads to a chain with its name")
    func names() {
        let chains = Self.all.compactMap(\.chain?.name)
        #expect(Set(chains).count == chains.count)
        #expect(RouteClass(action: .pick(count: 3, .cluster)).verdict == .goto("pick-3"))
        #expect(RouteClass(action: .pick(count: 3, .local)).verdict == .goto("pick-local-3"))
        let sticky = RouteClass.Action.sticky(StickyNumber(rawValue: 0xAB))
        #expect(RouteClass(action: sticky).verdict == .goto("sticky-ab"))
        #expect(
            RouteClass(action: sticky, masquerade: .outsiders, mayHairpin: true, isGuarded: true).verdict
                == .goto("sticky-ab/guarded/outsiders/hairpin"))
        #expect(RouteClass.refuse.verdict == .goto("refuse"))
        #expect(RouteClass.drop.verdict == .drop)
        #expect(RouteClass(action: .drop, isGuarded: true).verdict == .goto("drop/guarded"))
    }

    @Test("a class has exactly the steps that its frontends need")
    func rules() {
        let dnat = "dnat ip to ip daddr . meta l4proto . th dport . numgen random mod 3 map @endpoints"
        #expect(Self.text(RouteClass(action: .pick(count: 3, .cluster))) == ["meta priority set none \(dnat)"])
        #expect(
            Self.text(RouteClass(action: .pick(count: 3, .cluster), masquerade: .outsiders)) == [
                "ip saddr != 10.244.0.0/16 meta mark set meta mark | 0x00004000", "meta priority set none \(dnat)",
            ])
        #expect(
            Self.text(
                RouteClass(
                    action: .pick(count: 2, .local), masquerade: .thisNode, mayHairpin: true, isGuarded: true)) == [
                    "ip daddr . meta l4proto . th dport . ip saddr != @allowed-sources drop",
                    "fib saddr type local meta mark set meta mark | 0x00004000",
                    "meta mark set meta mark | 0x00008000",
                    "meta priority set none dnat ip to ip daddr . meta l4proto . th dport"
                        + " . numgen random mod 2 offset 1000000 map @endpoints",
                ])
        #expect(
            Self.text(RouteClass(action: .refuse, isGuarded: true)) == [
                "ip daddr . meta l4proto . th dport . ip saddr != @allowed-sources drop", "goto refuse",
            ])
    }

    @Test("several pod networks are checked in a separate chain")
    func severalNetworks() {
        let context = LayoutContext(
            .ipv4, DataplaneConfiguration(localTraffic: .networks(networks("10.1.0.0/16", "10.3.0.0/16"))))
        let routeClass = RouteClass(action: .pick(count: 3, .cluster), masquerade: .outsiders)
        #expect(routeClass.rules(context).first?.nftText(.ipv4) == "jump outsiders")
    }

    private static func text(_ routeClass: RouteClass) -> [String] {
        routeClass.rules(LayoutContext(.ipv4, .lab)).map { $0.nftText(.ipv4) }
    }
}
