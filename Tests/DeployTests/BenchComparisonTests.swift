import Foundation
import Testing

/// scripts/compare-bench, which the nightly workflow runs.
@Suite("Comparing benchmarks")
struct BenchComparisonTests {
    /// A run of `make bench` on a machine that is this many times slower; `flip` is one endpoint's change, in seconds.
    private func report(slower: Double = 1, flip: Double = 0.000_3, bytes: Int = 1400, mode: String = "nftables")
        -> String
    {
        """
        {"mode": "\(mode)", "machine": {}, "results": [\([10, 5000].map { services in
            """
            {"size": {"services": \(services), "endpointsPerService": 3, "hasAffinity": false},
            "cold": {"programming": \(0.2 * slower), "bytes": 9000}, "restart": {"programming": 0.4, "messages": 0},
            "flip": {"median": \(flip * slower), "bytes": \(bytes)}, "peakMemory": 20000000,
            "kernel": {"programming": \(0.1 * slower), "swap": \(0.000_004 * slower)}}
            """
        }.joined(separator: ","))]}
        """
    }

    private func compare(_ old: String, _ new: String) throws -> (status: Int32, text: String) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bench-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["old.json", "new.json"].map { folder.appending(path: $0) }
        for (file, text) in zip(files, [old, new]) { try text.write(to: file, atomically: true, encoding: .utf8) }
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let process = Process()
        process.executableURL = root.appending(path: "scripts/compare-bench")
        process.arguments = files.map(\.path)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    @Test("a slower machine is no worse, because ratios are compared")
    func ratios() throws {
        let (status, text) = try compare(report(), report(slower: 3))
        #expect(status == 0, "\(text)")
        #expect(text.contains("ok      5000x3: one flip / kernel: 75, before 75\n"))
        #expect(!text.contains("WORSE"))
    }

    @Test("a change that takes twice as long is worse")
    func slower() throws {
        let (status, text) = try compare(report(), report(flip: 0.000_6))
        #expect(status == 1)
        #expect(text.contains("WORSE   10x3: one flip / kernel: 150, before 75\n"))
        // Equal for both sizes.
        #expect(text.contains("ok      5000x3: one flip / that of 10x3: 1, before 1\n"))
    }

    @Test("sizes may hardly grow")
    func sizes() throws {
        #expect(try compare(report(), report(bytes: 1500)).status == 0)
        #expect(try compare(report(), report(bytes: 1600)).status == 1)
    }

    @Test("runs of two modes are not compared")
    func modes() throws {
        let (status, text) = try compare(report(), report(mode: "iptables"))
        #expect(status == 1 && text.contains("is of mode nftables"))
    }
}
