import Dataplane
import Glibc
import InternetAddresses
import LabKit
import NFTables
import TestKit
import Testing

@testable import NFTablesDataplane

/// The messages of a start on an unsuitable kernel. Needs root.
@Suite("Probe", .serialized, .timeLimit(.minutes(10)))
struct ProbeTests {
    @Test("this kernel supports everything, and the trial leaves nothing behind")
    func complete() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        try await namespace.program { kernel, _ in try kernel.probe() }
        #expect(try await namespace.run("nft", "list", "ruleset").isEmpty)
    }

    @Test(
        "exactly the missing feature is named, with its kernel option",
        arguments: [
            ("numgen", "numgeX", "random numbers (CONFIG_NFT_NUMGEN)"),
            ("masq\0", "masX\0", "masquerading (CONFIG_NFT_MASQ)"),
            ("reject\0", "rejecX\0", "refusals (CONFIG_NFT_REJECT)"),
            ("fib\0", "fiX\0", "address types (CONFIG_NFT_FIB_INET)"),
        ])
    func missing(word: String, other: String, name: String) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let error = try await namespace.program { kernel, transport in
            transport.garble { Garbled.replacing(word, with: other, $0) }
            return #expect(throws: DataplaneError.self) { try kernel.probe() }
        }
        #expect(error?.code == .unsupported)
        #expect(error?.message == "this kernel lacks what nftables mode needs: \(name)")
        #expect(error?.isRetryable == false)
    }

    @Test("a missing privilege is named as such")
    func notPermitted() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let error = try await namespace.program { kernel, transport in
            transport.inject(.sendFails(EPERM))
            return #expect(throws: DataplaneError.self) { try kernel.probe() }
        }
        #expect(error?.code == .permission)
        #expect(error?.message.contains("CAP_NET_ADMIN") == true)
    }

    @Test("a kernel without nf_tables is named as such", arguments: [EINVAL, EOPNOTSUPP])
    func absent(errno: Int32) async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let error = try await namespace.program { kernel, transport in
            transport.inject(.requestFails(errno))
            return #expect(throws: DataplaneError.self) { try kernel.probe() }
        }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("modprobe nf_tables") == true)
    }

    @Test("without IPv6 in the kernel, IPv4 Services are served, and a warning says so once")
    func withoutIPv6() async throws {
        let namespace = try await NetworkNamespace(name: "nft")
        let log = LogLines()
        try await namespace.program(logger: log.logger) { kernel, transport in
            transport.garble { Garbled.withoutIPv6($0) }
            try kernel.probe()
            #expect(kernel.families.map(\.table.family) == [.ipv4])
            #expect(try kernel.synchronize(SmallCluster.routes).refusals.isEmpty)
        }
        #expect(log.all.count { $0.contains("only IPv4 Services are served") } == 1)
        let listing = try await namespace.run("nft", "list", "tables")
        #expect(listing == "table ip servicelet\n")
    }
}
