import Glibc
import InternetAddresses
import LabKit
import NFTables
import Netlink
import Testing

/// The kernel's refusals, and our reading of them. Needs root.
@Suite("Refusals by the kernel", .serialized)
struct RefusalTests {
    @Test("a refused element is named with set and key, at any position", arguments: [0, 499, 999, 4999])
    func namedElement(position: Int) async throws {
        let family = IPFamily.ipv6
        let namespace = try await ElementTests.namespace(family)
        try await namespace.tables { tables in
            let before = try tables.generation()
            let error = #expect(throws: TransactionError.self) {
                try tables.change { transaction in
                    for index in 0..<5000 {
                        transaction.addElement(to: "services", of: family.table) { element in
                            element.key { $0.frontend(family.service(index), .tcp, 80) }
                            element.verdict(.goto(index == position ? "nowhere" : "pick-1"))
                        }
                    }
                }
            }
            let refusals = try #require(error).refusals
            #expect(refusals.count == 1)
            #expect(refusals[0].error.errno == ENOENT)
            let element = try #require(refusals[0].element, "\(refusals[0])")
            #expect(element.set == "services")
            var key = FieldReader(element.key)
            #expect(key.address(family) == family.service(position))
            #expect(key.transport() == .tcp)
            #expect(key.port() == 80)
            // Nothing of the transaction has taken effect.
            #expect(try tables.count(of: "services", in: family.table) == 0)
            #expect(try tables.generation() == before)
        }
    }

    @Test("several refused messages are all reported", arguments: IPFamily.allCases)
    func severalRefusals(family: IPFamily) async throws {
        let namespace = try await ElementTests.namespace(family)
        try await namespace.tables { tables in
            let error = #expect(throws: TransactionError.self) {
                try tables.change { transaction in
                    transaction.removeElement(from: "addresses", of: family.table) { element in
                        element.key { $0.address(family.service(1)) }
                    }
                    transaction.add(Chain("new"), to: family.table)
                    transaction.add(Rule(.isIn([.destinationAddress], set: "nothing")), to: "new", of: family.table)
                    transaction.removeElement(from: "hairpins", of: family.table) { element in
                        element.key { key in
                            key.address(family.pod(2))
                            key.address(family.pod(3))
                        }
                    }
                }
            }
            let refusals = try #require(error).refusals
            #expect(refusals.map(\.element?.set) == ["addresses", nil, "hairpins"], "\(refusals)")
            #expect(refusals.map(\.error.errno) == [ENOENT, ENOENT, ENOENT])
            #expect(try #require(error).description.hasPrefix("element of addresses: "))
            #expect(try #require(error).description.hasSuffix("(and 2 more)"))
            #expect(try #require(error).isTransient == false)
            #expect(try !tables.chains(of: family.table).contains { $0.name == "new" })
        }
    }

    @Test("an existing element with the same value is not an error, with another value it is")
    func twice() async throws {
        let family = IPFamily.ipv4
        let namespace = try await ElementTests.namespace(family)
        try await namespace.tables { tables in
            let add: (inout NFTablesConnection, UInt32) throws -> Void = { tables, value in
                try tables.change { transaction in
                    transaction.addElement(to: "classes", of: family.table) { element in
                        element.key { $0.frontend(family.service(1), .tcp, 80) }
                        element.data { $0.number(value) }
                    }
                }
            }
            try add(&tables, 1)
            try add(&tables, 1)
            let error = #expect(throws: TransactionError.self) { try add(&tables, 2) }
            #expect(error?.refusals.first?.error.errno == EEXIST)
            #expect(error?.refusals.first?.element?.set == "classes")
        }
    }

    @Test("an element is replaced within one transaction by removal and addition")
    func replaced() async throws {
        let family = IPFamily.ipv4
        let namespace = try await ElementTests.namespace(family)
        let verdicts = try await namespace.tables { tables in
            for chain in ["pick-1", "pick-2"] {
                try tables.change { transaction in
                    if chain == "pick-2" {
                        transaction.removeElement(from: "services", of: family.table) { element in
                            element.key { $0.frontend(family.service(1), .tcp, 80) }
                        }
                    }
                    transaction.addElement(to: "services", of: family.table) { element in
                        element.key { $0.frontend(family.service(1), .tcp, 80) }
                        element.verdict(.goto(chain))
                    }
                }
            }
            var verdicts: [Verdict?] = []
            try tables.forEachElement(of: "services", in: family.table) { verdicts.append($0.verdict) }
            return verdicts
        }
        #expect(verdicts == [.goto("pick-2")])
    }

    @Test("a chain in use is not deleted, and a transaction after a refused one succeeds")
    func busyChain() async throws {
        let family = IPFamily.ipv4
        let namespace = try await ElementTests.namespace(family)
        try await namespace.tables { tables in
            try tables.change { transaction in
                transaction.addElement(to: "services", of: family.table) { element in
                    element.key { $0.frontend(family.service(1), .tcp, 80) }
                    element.verdict(.goto("pick-1"))
                }
            }
            let error = #expect(throws: TransactionError.self) {
                try tables.change { $0.delete(chain: "pick-1", of: family.table) }
            }
            #expect(error?.refusals.first?.error.errno == EBUSY)
            #expect(error?.refusals.first?.element == nil)
            try tables.change { $0.delete(chain: "pick-2", of: family.table) }
            #expect(try tables.chains(of: family.table).map(\.name) == ["pick-1"])
        }
    }
}
