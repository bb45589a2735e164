import DaemonKit
import Foundation
import Testing

@Suite("Process usage")
struct ProcessUsageTests {
    @Test("the kernel reports everything about this process")
    func ours() {
        let usage = ProcessUsage()
        #expect(usage.residentBytes > 1 << 20)
        #expect(usage.virtualBytes >= usage.residentBytes)
        #expect(usage.openFiles >= 3)
        #expect(usage.maximumFiles >= UInt64(usage.openFiles))
        #expect(abs(usage.startTime - Date.now.timeIntervalSince1970) < 86_400)
    }

    @Test("fields are counted after the name, whatever it contains")
    func fields() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "servicelet-\(UUID())").path
        defer { _ = try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: root + "/proc/self/net", withIntermediateDirectories: true)
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 100 0 0 0 150 50 0 0 20 0 4 0 6000 8192 3 18446744073709551615\n"
        try stat.write(toFile: root + "/proc/self/stat", atomically: false, encoding: .utf8)
        try "cpu 1 2\nbtime 1000\n".write(toFile: root + "/proc/stat", atomically: false, encoding: .utf8)
        try "TcpExt: A\nTcpExt: 1\nIpExt: InOctets OutOctets\nIpExt: 10 20\n".write(
            toFile: root + "/proc/self/net/netstat", atomically: false, encoding: .utf8)
        let usage = ProcessUsage(root: root)
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        #expect(usage.processorTime == 200 / ticks)
        #expect(usage.startTime == 1000 + 6000 / ticks)
        #expect(usage.virtualBytes == 8192)
        #expect(usage.residentBytes == 3 * UInt64(sysconf(Int32(_SC_PAGESIZE))))
        #expect(usage.receivedBytes == 10)
        #expect(usage.sentBytes == 20)
        var text = PrometheusText()
        usage.write(to: &text)
        #expect(text.text.contains("\nprocess_network_transmit_bytes_total 20\n"))
    }

    @Test("without /proc, everything is 0")
    func none() {
        let usage = ProcessUsage(root: "/no/such")
        #expect(usage.residentBytes == 0)
        #expect(usage.openFiles == 0)
    }
}
