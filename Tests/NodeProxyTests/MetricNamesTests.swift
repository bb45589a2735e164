import DaemonKit
import Dataplane
import Foundation
import InternetAddresses
import KubernetesAPI
import KubernetesClient
import KubernetesTestKit
import Synchronization
import Testing

@testable import NodeProxy

/// A metric of kube-proxy 1.36.2.
private struct RecordedMetric {
    var name: String
    var type: String
    var labels: Set<String>
    /// Of a histogram.
    var bounds: [String]

    /// Reads `NAME TYPE LABEL,… BOUND,…`, with `-` for none.
    init(_ line: Substring) {
        let columns = line.split(separator: " ").map(String.init)
        let lists = columns.dropFirst(2).map { $0 == "-" ? [] : $0.split(separator: ",").map(String.init) }
        name = columns[0]
        type = columns[1]
        labels = Set(lists[0])
        bounds = lists[1]
    }
}

@Suite("The names of metrics")
struct MetricNamesTests {
    /// The metrics of a proxy that has done everything once.
    private func text(mode: String) -> String {
        let status = ProxyStatus()
        status.metrics.withLock { metrics in
            metrics.mode = mode
            metrics.programmed(.full, in: .milliseconds(3), at: .now)
            metrics.answered(.healthz, status: 200)
            metrics.answered(.livez, status: 200)
            var report = ProgrammingReport()
            for table in ["filter", "nat"] {
                report.ruleCounts.append(RuleCount(family: .ipv4, table: table, total: 9, written: 2))
            }
            metrics.wrote(report)
        }
        let dataplane = FakeDataplane()
        dataplane.count(.invalidPackets, 3)
        dataplane.count(.localhostNodePorts, 0)
        status.dataplane.withLock { $0 = dataplane }
        status.requests.count(code: "200", method: "GET", host: "127.0.0.1:6443", duration: .milliseconds(1))
        status.requests.countSizes(method: "GET", host: "127.0.0.1:6443", request: 0, response: 439)
        return status.metricsText
    }

    /// The metrics that the documentation says are not served.
    private func documentedOmissions() throws -> Set<String> {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/kube-proxy.md"), encoding: .utf8)
        let table = text.components(separatedBy: "### Metrics that are not served\n").last ?? ""
        return Set(table.matches(of: /`([a-z_]+)`/).map { String($0.output.1) })
    }

    @Test(
        "each of kube-proxy's is served with its type, labels and buckets, or documented",
        arguments: ["iptables", "nftables"])
    func recorded(mode: String) throws {
        let text = text(mode: mode)
        let lines = text.split(separator: "\n")
        let omissions = try documentedOmissions()
        for metric in try Fixtures.kubeProxy("metrics-\(mode).txt").split(separator: "\n").map(RecordedMetric.init)
        where !omissions.contains(metric.name) {
            #expect(lines.contains("# TYPE \(metric.name) \(metric.type)"), "\(metric.name)")
            let samples = lines.filter {
                !$0.hasPrefix("#") && $0.prefix { $0 != "{" && $0 != " " }.hasPrefix(metric.name)
            }
            let sample = try #require(samples.first, "\(metric.name)")
            let labels = Set(sample.matches(of: /(\w+)="/).map { String($0.output.1) }).subtracting(["le"])
            #expect(labels == metric.labels, "\(metric.name)")
            for bound in metric.bounds {
                #expect(samples.contains { $0.contains("le=\"\(bound)\"") }, "\(metric.name), bucket \(bound)")
            }
        }
    }

    @Test("each other metric of kube-proxy is served in some mode, or documented")
    func further() throws {
        let served = text(mode: "iptables") + text(mode: "nftables")
        let omissions = try documentedOmissions()
        for name in try Fixtures.kubeProxy("metrics-further.txt").split(separator: "\n") {
            let isServed = served.contains("# TYPE \(name) ")
            #expect(isServed != omissions.contains(String(name)), "\(name)")
        }
    }

    @Test("of kube-proxy's own metrics, those of 1.37's listeners on loopback addresses are the only omissions")
    func omissions() throws {
        let own = try documentedOmissions().filter { $0.hasPrefix("kubeproxy_") }
        #expect(own.allSatisfy { $0.hasPrefix("kubeproxy_nftables_localhost_nodeport_") }, "\(own.sorted())")
    }

    @Test("the time from a change to its rules is in the SLI's buckets, once for each slice")
    func networkProgramming() {
        var metrics = ProxyMetrics()
        metrics.started = Date(timeIntervalSince1970: 100)
        var slice = EndpointSlice(metadata: ObjectMeta(namespace: "default", name: "web-1"), addressType: .ipv4)
        for trigger in [99_000, 101_000, 103_000] as [Int64] {
            slice.lastChangeTrigger = trigger
            metrics.count([.set(.endpointSlice(slice))])
        }
        #expect(metrics.pendingSliceChanges == 3)
        metrics.programmed(.partial, in: .milliseconds(1), at: Date(timeIntervalSince1970: 103.4))
        // The first was before the start; of the others, the older counts.
        #expect(metrics.networkProgramming.count == 1)
        #expect(abs(metrics.networkProgramming.sum - 2.4) < 0.001)
        #expect(metrics.pendingSliceChanges == 0)
        metrics.programmed(.partial, in: .milliseconds(1), at: Date(timeIntervalSince1970: 104))
        #expect(metrics.networkProgramming.count == 1)
        #expect(ProxyMetrics.networkProgrammingBounds.count == 2 + 59 + 12 + 7)
    }
}
