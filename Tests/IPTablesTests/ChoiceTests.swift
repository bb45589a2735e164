import Testing

@testable import IPTables

/// The programs are scripts that print a node's output.
@Suite("The choice of a back end")
struct ChoiceTests {
    @Test("kubelet's hint decides", arguments: IPTablesPrograms.Backend.allCases)
    func hint(backend: IPTablesPrograms.Backend) throws {
        let node = try FakePrograms()
        try node.write(backend, prints: Self.hint)
        try node.write(backend == .nft ? .legacy : .nft, prints: Self.rules(50))
        #expect(try node.choice == IPTablesPrograms(backend: backend, directory: node.directory))
    }

    @Test("without a hint the back end with more rules is chosen, and nft in a tie")
    func count() throws {
        for (nft, legacy, backend) in [(3, 4, IPTablesPrograms.Backend.legacy), (4, 4, .nft), (0, 0, .nft)] {
            let node = try FakePrograms()
            try node.write(.nft, prints: Self.rules(nft))
            try node.write(.legacy, prints: Self.rules(legacy))
            #expect(try node.choice.backend == backend)
        }
    }

    @Test("a back end that is not installed, or that the kernel lacks, is skipped")
    func absence() throws {
        let node = try FakePrograms()
        try node.write(.legacy, prints: "")
        #expect(try node.choice.backend == .legacy)
        try node.write(.nft, fails: "Could not fetch rule set generation id: Invalid argument")
        #expect(try node.choice.backend == .legacy)
        try node.write(.nft, prints: "")
        try node.write(.legacy, fails: "can't initialize: Table does not exist (do you need to insmod?)")
        #expect(try node.choice.backend == .nft)
    }

    @Test("a back end that fails otherwise does not count as absent", arguments: IPTablesPrograms.Backend.allCases)
    func failure(backend: IPTablesPrograms.Backend) throws {
        let node = try FakePrograms()
        try node.write(backend == .nft ? .legacy : .nft, prints: Self.rules(1))
        try node.write(backend, fails: "fork: Resource temporarily unavailable")
        let error = #expect(throws: IPTablesError.self) { try node.choice }
        #expect(error?.code == .transient)
        #expect(error?.message.contains("fork: Resource temporarily unavailable") == true)
    }

    @Test("without variants, the programs' version shows the back end")
    func plain() throws {
        for (version, backend) in [("v1.8.9 (nf_tables)", IPTablesPrograms.Backend.nft), ("v1.6.1", .legacy)] {
            let node = try FakePrograms()
            try node.write("iptables-restore", "echo 'iptables-restore \(version)'")
            #expect(
                try node.choice
                    == IPTablesPrograms(backend: backend, hasVariants: false, directory: node.directory))
        }
    }

    @Test("if nothing is installed, the error names the package")
    func nothing() throws {
        let node = try FakePrograms()
        let error = #expect(throws: IPTablesError.self) { try node.choice }
        #expect(error?.code == .notInstalled)
        #expect(error?.message.contains("install the Debian package iptables") == true)
    }

    private static let hint = "*mangle\n:KUBE-IPTABLES-HINT - [0:0]\nCOMMIT"

    private static func rules(_ count: Int) -> String {
        (["*filter"] + Array(repeating: "-A INPUT -j ACCEPT", count: count) + ["COMMIT"]).joined(separator: "\n")
    }
}
