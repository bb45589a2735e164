import Foundation
import NodeSetup
import TestKit
import Testing

@testable import NodeProxy

@Suite("The preparation of the node")
struct NodePreparationTests {
    @Test("a failed setting is logged as an error with its remedy, and the others are applied")
    func partly() async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "servicelet-\(UUID())").path
        defer { _ = try? FileManager.default.removeItem(atPath: root) }
        let folder = root + "/proc/sys/net/netfilter"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try "60\n".write(
            toFile: folder + "/nf_conntrack_tcp_timeout_close_wait", atomically: false, encoding: .utf8)
        let log = LogLines()
        let preparation = NodePreparation(
            conntrack: ConntrackLimits(maxPerCore: 1, tcpCloseWaitTimeout: .seconds(3600)), oomScore: -999,
            setup: NodeSetup(root: root))
        let failed = try await preparation.run(logger: log.logger)
        #expect(failed.map(\.setting) == ["net.netfilter.nf_conntrack_max"])
        #expect(
            log.contains("error: net.netfilter.nf_conntrack_max stays as it is: cannot read \(folder)/nf_conntrack_max")
        )
        #expect(log.contains("load the module nf_conntrack"))
        #expect(log.contains("info: net.netfilter.nf_conntrack_tcp_timeout_close_wait is 3600 now; it was 60"))
        #expect(log.contains("debug: the kernel's rank of this process"))
    }

    @Test("a proxy configured to leave the node alone applies nothing")
    func nothing() async throws {
        let log = LogLines()
        #expect(try await NodePreparation(conntrack: nil, oomScore: nil).run(logger: log.logger).isEmpty)
        #expect(log.all.isEmpty)
    }
}
