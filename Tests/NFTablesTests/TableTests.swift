import Glibc
import InternetAddresses
import LabKit
import NFTables
import Netlink
import Testing

/// Tables, chains and declarations of sets in the kernel. Needs root.
@Suite("Tables, chains and sets in the kernel", .serialized)
struct TableTests {
    static let chains = [
        Chain("pick-3"), Chain("prerouting", hook: .init(.prerouting, priority: -100)),
        Chain("output", hook: .init(.output, priority: -100)), Chain("input", hook: .init(.input, priority: 100)),
        Chain("postrouting", hook: .init(.postrouting, priority: 90)),
    ]

    @Test("a table is created and deleted, with all its contents", arguments: IPFamily.allCases)
    func table(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let other = Table(family: family == .ipv4 ? .ipv6 : .ipv4, name: "servicelet")
        try await namespace.tables { tables in
            #expect(try tables.contains(family.table))
            #expect(try !tables.contains(other))
            #expect(try !tables.contains(Table(family: family, name: "servicelet2")))
            try tables.change { $0.delete(family.table) }
            #expect(try !tables.contains(family.table))
        }
        #expect(try await namespace.nft("list ruleset").isEmpty)
    }

    @Test("chains are read back as written, and nft lists them", arguments: IPFamily.allCases)
    func chains(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let read = try await namespace.tables { try $0.chains(of: family.table) }
        #expect(Set(read) == Set(Self.chains))
        // -y prints priorities as numbers; nft breaks the line after the brace.
        let listed = try await namespace.nft("-y list chains \(family.nftName)").joined(separator: " ")
        for chain in Self.chains {
            let text = chain.hook == nil ? "\(chain.nftText) { }" : chain.nftText
            #expect(listed.contains(text))
        }
    }

    @Test("sets are listed as predicted, and recognized as the expected ones", arguments: IPFamily.allCases)
    func sets(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let listed =
            try await namespace.nft("list sets \(family.nftName)")
            + namespace.nft("list maps \(family.nftName)")
        let text = listed.joined(separator: " ")
        for set in TestSet.all {
            #expect(text.contains(Self.listing(of: set, family)), "\(set.nftText(family)) in \(text)")
        }
        let read = try await namespace.tables { try $0.sets(of: family.table, expected: TestSet.all) }
        #expect(read == Dictionary(uniqueKeysWithValues: TestSet.all.map { ($0.name, true) }))
    }

    @Test("a set is not the expected one when its key, its value or its kind differ", arguments: IPFamily.allCases)
    func otherSets(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        var expected = TestSet.all.filter { ["sources", "classes", "services", "endpoints"].contains($0.name) }
        for index in expected.indices {
            switch expected[index].name {
            case "sources": expected[index].kind = .hash
            case "classes": expected[index].value = .verdict
            case "services": expected[index].key.append(.sourceAddress)
            default: expected[index].key[3] = .random(modulus: 10, offset: 0)
            }
        }
        let read = try await namespace.tables { [expected] in try $0.sets(of: family.table, expected: expected) }
        #expect(read.count == TestSet.all.count)
        #expect(read.values.allSatisfy { !$0 })
    }

    @Test("a set is deleted with its elements", arguments: IPFamily.allCases)
    func deletedSet(family: IPFamily) async throws {
        let namespace = try await Self.namespace(family)
        let read = try await namespace.tables { tables in
            try tables.change { transaction in
                transaction.addElement(to: "addresses", of: family.table) { element in
                    element.key { $0.address(family.service(1)) }
                }
            }
            try tables.change { $0.delete(set: "addresses", of: family.table) }
            return try tables.sets(of: family.table, expected: [])
        }
        #expect(Set(read.keys) == Set(TestSet.all.map(\.name)).subtracting(["addresses"]))
    }

    @Test(
        "a missing table has no chains and rules, and its sets and elements are an error",
        arguments: IPFamily.allCases)
    func missingTable(family: IPFamily) async throws {
        let namespace = try await NetworkNamespace(name: "empty")
        try await namespace.tables { tables in
            let isThere = try tables.contains(family.table)
            #expect(!isThere)
            let chains = try tables.chains(of: family.table)
            #expect(chains.isEmpty)
            let rules = try tables.rules(of: family.table)
            #expect(rules.isEmpty)
            let noSets = #expect(throws: NetlinkError.self) {
                _ = try tables.sets(of: family.table, expected: [])
            }
            #expect(noSets?.errno == ENOENT)
            let noElements = #expect(throws: NetlinkError.self) {
                _ = try tables.count(of: "services", in: family.table)
            }
            #expect(noElements?.errno == ENOENT)
        }
    }

    @Test("each transaction counts, except an empty one")
    func generation() async throws {
        let namespace = try await NetworkNamespace(name: "counting")
        try await namespace.tables { tables in
            let first = try tables.generation()
            try tables.change { $0.add(IPFamily.ipv4.table) }
            #expect(try tables.generation() == first + 1)
            try tables.change { _ in }
            #expect(try tables.generation() == first + 1)
            try tables.change { $0.delete(IPFamily.ipv4.table) }
            #expect(try tables.generation() == first + 2)
        }
    }

    private static func listing(of set: NamedSet, _ family: IPFamily) -> String {
        // nft has a line for each part, and none of our punctuation.
        set.nftText(family).replacing(";", with: "")
    }

    private static func namespace(_ family: IPFamily) async throws -> NetworkNamespace {
        let namespace = try await NetworkNamespace(name: "tables")
        try await namespace.tables { tables in
            try tables.change { transaction in
                transaction.add(family.table)
                for chain in chains { transaction.add(chain, to: family.table) }
                for set in TestSet.all { transaction.add(set, to: family.table) }
            }
        }
        return namespace
    }
}
