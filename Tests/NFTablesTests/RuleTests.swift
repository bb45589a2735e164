import InternetAddresses
import LabKit
import NFTables
import Netlink
import Testing

/// Our rules as read by the kernel and `nft`. Needs root.
@Suite("Rules in the kernel", .serialized)
struct RuleTests {
    @Test("nft lists every statement as we predict", arguments: IPFamily.allCases)
    func listing(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let listed = try await namespace.nft("list chain \(family.nftName) servicelet every")
        let expected = Self.rules(family).map { rule in
            // nft omits what a reset implies, and uses hours.
            rule.nftText(family).replacing("meta l4proto tcp reject", with: "reject").replacing("10800s", with: "3h")
        }
        #expect(Array(listed.dropFirst(2).dropLast(2)) == expected)
    }

    @Test("rules are read back as written", arguments: IPFamily.allCases)
    func reading(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let read = try await namespace.tables { try $0.rules(of: family.table) }
        #expect(Set(read.keys) == ["every", "after"])
        #expect(read["after"] == [[.masquerade]])
        let every = try #require(read["every"])
        for (rule, expressions) in zip(Self.rules(family), every) {
            #expect(expressions == rule.expressions(family), "\(rule.nftText(family))")
        }
        #expect(every.count == Self.rules(family).count)
    }

    @Test("a foreign rule is nil, and those around it are read", arguments: IPFamily.allCases)
    func foreignRule(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        _ = try await namespace.nft("add rule \(family.nftName) servicelet after meta mark 7 counter")
        let read = try await namespace.tables { try $0.rules(of: family.table) }
        #expect(read["after"] == [[.masquerade], nil])
    }

    @Test("a flushed chain is empty, a deleted one is gone with its rules", arguments: IPFamily.allCases)
    func flushing(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let rules = try await namespace.tables { tables in
            try tables.change { transaction in
                transaction.flush(chain: "every", of: family.table)
                transaction.add(Rule(.verdict(.accept)), to: "every", of: family.table)
                transaction.delete(chain: "after", of: family.table)
            }
            return try tables.rules(of: family.table)
        }
        #expect(rules == ["every": [[.verdict(.accept)]]])
        let chains = try await namespace.tables { try $0.chains(of: family.table) }
        #expect(!chains.contains { $0.name == "after" })
    }

    @Test("nft can print everything as JSON", arguments: IPFamily.allCases)
    func json(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let json = try await namespace.nft("-j list ruleset | python3 -m json.tool --compact")
        #expect(json.joined().contains("\"chain\":\"every\""))
    }

    /// A namespace with a table that holds every rule, and all sets that they refer to.
    private static func namespace(_ family: IPFamily) async throws -> NetworkNamespace {
        let namespace = try await NetworkNamespace(name: "rules")
        try await namespace.tables { tables in
            try tables.change { transaction in
                transaction.add(family.table)
                for chain in [
                    Chain("every"), Chain("target"), Chain("after", hook: .init(.postrouting, priority: 100)),
                ] {
                    transaction.add(chain, to: family.table)
                }
                for set in TestSet.all { transaction.add(set, to: family.table) }
                for rule in rules(family) { transaction.add(rule, to: "every", of: family.table) }
                transaction.add(Rule(.masquerade), to: "after", of: family.table)
            }
        }
        return namespace
    }

    private static func rules(_ family: IPFamily) -> [Rule] {
        let frontend = TestSet.frontendKey
        return [
            Rule(.isIn([.destinationAddress], set: "addresses")),
            Rule(.isIn([.destinationAddress], set: "addresses", negated: true)),
            Rule(.isIn([.sourceAddress], set: "sources")),
            Rule(.isIn([.sourceAddress, .destinationAddress], set: "hairpins")),
            Rule(.isIn(frontend + [.sourceAddress], set: "guards", negated: true), .verdict(.drop)),
            Rule(.isMarked(0xC000), .verdict(.goto("target"))),
            Rule(.isMarked(0x4000, negated: true), .clearMark(0xC000), .verdict(.return)),
            Rule(.setMark(0x4000)),
            Rule(.clearMark(0x8000_0000)),
        ] + networkRules(family) + [
            Rule(.dispatch(frontend, map: "services")),
            Rule(.dispatch([.transportProtocol, .destinationPort], map: "node-ports")),
            Rule(.setPriority(frontend, map: "classes")),
            Rule(.dispatch([.priority], map: "dispatch")),
            Rule(.clearPriority),
            Rule(.isPriority(0x5D10_0002)),
            Rule(.dnat(frontend + [.random(modulus: 3, offset: 0)], map: "endpoints")),
            Rule(.dnat(frontend + [.random(modulus: 5, offset: 32768)], map: "endpoints")),
            Rule(.setPriority(TestSet.affinityKey, map: "affinity")),
            Rule(.masquerade),
            Rule(.isTransport(.tcp), .reject(.tcpReset)),
            Rule(.reject(.portUnreachable(family))),
            Rule(.isTransport(.udp), .verdict(.accept)),
            Rule(.isTransport(.sctp), .verdict(.return)),
            Rule(.verdict(.jump("target"))),
            Rule(.isFromThisNode, .verdict(.goto("target"))),
            Rule(.isFromInterface("br0")),
            Rule(.isFromInterface("br0", negated: true)),
            Rule(.isFromInterface("a-name-of-fifte")),
            Rule(.isFromInterface("v", isPrefix: true)),
            Rule(.isFromInterface("veth", isPrefix: true, negated: true)),
            Rule(.isFromInterface("veth-pod", isPrefix: true)),
            Rule(.isFromInterface("a-name-of-fifte", isPrefix: true, negated: true)),
            Rule(.clearMark(0xC000), .masquerade),
            Rule(
                .remember([.sourceAddress], value: [.priority], map: "affinity", timeout: 10800)),
            Rule(.setPriorityTo(.random(modulus: 3, offset: 1000))),
            Rule(.dnat(frontend + [.priority], map: "endpoints")),
        ]
    }

    /// Networks that end at a byte boundary, within a byte, at the end of an address.
    private static func networkRules(_ family: IPFamily) -> [Rule] {
        let texts =
            family == .ipv4
            ? ["10.244.0.0/16", "10.96.0.0/12", "10.128.0.0/9", "192.0.2.1/32"]
            : ["fd00:10:244::/48", "fd00:10:96::/108", "fd00::/9", "fd00::1/128"]
        return texts.compactMap { IPNetwork($0) }.flatMap { network in
            [
                Rule(.isFrom(network)), Rule(.isFrom(network, negated: true)),
                Rule(.isTo(network), .verdict(.drop)),
            ]
        }
    }
}
