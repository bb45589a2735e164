import DNSMessages
import DaemonKit
import InternetAddresses
import KubernetesClient
import ServiceNames
import Synchronization

/// All metrics in Prometheus' text format, named as CoreDNS names them.
struct MetricsText {
    private let state: DNSServerState

    init(_ state: DNSServerState) { self.state = state }

    var text: String {
        var text = PrometheusText()
        text.family("coredns_build_info", type: "gauge", help: "What is running")
        text.sample("coredns_build_info", ["version": "servicelet", "revision": "", "goversion": ""], "1")
        let servers = state.servers.current
        let snapshots = servers.map { (server: $0, values: $0.metrics.snapshot) }
        writeRequests(snapshots, to: &text)
        writeResponses(snapshots, to: &text)
        writeSizes(snapshots, to: &text)
        writeCache(snapshots, to: &text)
        writeForward(servers, to: &text)
        writeHosts(servers, to: &text)
        writeCluster(to: &text)
        text.counter("coredns_panics_total", help: "Always 0: this server has no panics to recover from", 0)
        text.counter(
            "coredns_reload_failed_total", help: "Changed configurations that could not be used",
            state.failedReloads.load(ordering: .relaxed))
        text.family("coredns_plugin_enabled", type: "gauge", help: "Plugins of each server block")
        for server in servers {
            for name in server.configuration.pluginNames {
                text.sample(
                    "coredns_plugin_enabled",
                    ["server": server.label, "zone": server.zoneLabel, "view": "", "name": name], "1")
            }
        }
        return text.text
    }

    typealias Snapshots = [(server: ActiveServer, values: ServerMetrics.Values)]

    private func writeRequests(_ snapshots: Snapshots, to text: inout PrometheusText) {
        let name = "coredns_dns_requests_total"
        text.family(name, type: "counter", help: "Queries, by protocol, family and type")
        for (server, values) in snapshots {
            for (key, count) in values.requests.sorted(by: { $0.key.order < $1.key.order }) {
                text.sample(
                    name,
                    [
                        "server": server.label, "zone": server.zoneLabel, "view": "", "proto": "\(key.transport)",
                        "family": key.family == .ipv4 ? "1" : "2", "type": key.type.map { "\($0)" } ?? "other",
                    ], "\(count)")
            }
        }
        for (key, count) in state.unserved.snapshot.requests.sorted(by: { $0.key.order < $1.key.order }) {
            text.sample(
                name,
                [
                    "server": "", "zone": "dropped", "view": "", "proto": "\(key.transport)",
                    "family": key.family == .ipv4 ? "1" : "2", "type": key.type.map { "\($0)" } ?? "other",
                ], "\(count)")
        }
        let wanted = "coredns_dns_do_requests_total"
        text.family(wanted, type: "counter", help: "Queries with the DO bit")
        for (server, values) in snapshots {
            text.sample(
                wanted, ["server": server.label, "zone": server.zoneLabel, "view": ""],
                "\(values.signatureRequests.values.reduce(0, +))")
        }
    }

    private func writeResponses(_ snapshots: Snapshots, to text: inout PrometheusText) {
        let name = "coredns_dns_responses_total"
        text.family(name, type: "counter", help: "Responses, by code and by the plugin that gave them")
        for (server, values) in snapshots {
            for (key, count) in values.responses.sorted(by: { $0.key.order < $1.key.order }) {
                text.sample(
                    name,
                    [
                        "server": server.label, "zone": server.zoneLabel, "view": "", "rcode": "\(key.code)",
                        "plugin": key.plugin == .none ? "" : "\(key.plugin)",
                    ], "\(count)")
            }
        }
        let duration = "coredns_dns_request_duration_seconds"
        text.family(duration, type: "histogram", help: "Time until the response, in seconds")
        for (server, values) in snapshots {
            text.write(values.durations, name: duration, labels: server.metricLabels)
        }
    }

    private func writeSizes(_ snapshots: Snapshots, to text: inout PrometheusText) {
        for (name, help, sizes) in [
            ("coredns_dns_request_size_bytes", "Size of queries, in bytes", \.requestSizes),
            ("coredns_dns_response_size_bytes", "Size of responses, in bytes", \.responseSizes),
        ] as [(String, String, KeyPath<ServerMetrics.Values, [QueryTransport: SizeHistogram]>)] {
            text.family(name, type: "histogram", help: help)
            for (server, values) in snapshots {
                for (transport, histogram) in values[keyPath: sizes].sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                    text.write(histogram, name: name, labels: server.metricLabels + "proto=\"\(transport)\",")
                }
            }
        }
    }

    private func writeCluster(to text: inout PrometheusText) {
        let name = "coredns_kubernetes_dns_programming_duration_seconds"
        text.family(name, type: "histogram", help: "Time from the event of a change until it is answered, in seconds")
        text.write(state.programming.snapshot, name: name, labels: "")
        let requests = "coredns_kubernetes_rest_client_requests_total"
        let snapshot = state.requests.snapshot
        text.family(requests, type: "counter", help: "Requests to the API server, by status code")
        for (key, count) in snapshot.requests.sorted(by: { "\($0.key)" < "\($1.key)" }) {
            text.sample(requests, ["method": key.method, "code": key.code, "host": key.host], "\(count)")
        }
        text.gauge(
            "servicelet_dns_api_reachable", help: "1 unless the last request to the API server has failed",
            snapshot.isReachable ? 1 : 0)
        text.gauge(
            "servicelet_dns_synchronized", help: "1 once all objects that existed at the start are answered for",
            state.names.current?.isSynchronized == true ? 1 : 0)
    }
}

extension ServerMetrics.RequestKey {
    fileprivate var order: String { "\(transport)\(family)\(type.map { "\($0)" } ?? "")" }
}

extension ServerMetrics.ResponseKey {
    fileprivate var order: String { "\(code)\(plugin)" }
}

extension ActiveServer {
    /// The labels that every metric of a server has, each followed by a comma.
    var metricLabels: String { "server=\"\(label)\",zone=\"\(PrometheusText.escaped(zoneLabel))\",view=\"\"," }
}

extension ServerConfiguration {
    var pluginNames: [String] {
        var names: [String] = []
        if isLoggingErrors { names.append("errors") }
        if isLoggingQueries { names.append("log") }
        if isShuffling { names.append("loadbalance") }
        if cache != nil { names.append("cache") }
        if !rewrites.isEmpty { names.append("rewrite") }
        if autopath != nil { names.append("autopath") }
        if hosts != nil { names.append("hosts") }
        if kubernetes != nil { names.append("kubernetes") }
        if detectsLoops { names.append("loop") }
        if !forwards.isEmpty { names.append("forward") }
        return names
    }
}

extension PrometheusText {
    mutating func write(_ histogram: DurationHistogram, name: String, labels: String) {
        write(histogram.counts, bounds: DurationHistogram.bounds, sum: histogram.sum, name: name, labels: labels)
    }

    mutating func write(_ histogram: SizeHistogram, name: String, labels: String) {
        write(
            histogram.counts, bounds: SizeHistogram.bounds.map(Double.init), sum: Double(histogram.sum), name: name,
            labels: labels)
    }

    private mutating func write(_ counts: [UInt64], bounds: [Double], sum: Double, name: String, labels: String) {
        var total: UInt64 = 0
        let cumulative = counts.map { count in
            total += count
            return total
        }
        histogram(name, labels: labels, bounds: bounds, buckets: cumulative.dropLast(), count: total, sum: sum)
    }
}
