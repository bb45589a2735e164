import DNSMessages
import DaemonKit

extension MetricsText {
    func writeCache(_ snapshots: Snapshots, to text: inout PrometheusText) {
        let cached = snapshots.filter { $0.server.cache != nil }
        var samples: [(name: String, server: ActiveServer, kind: String?, value: UInt64)] = []
        for (server, values) in cached {
            for kind in ResponseCache.Kind.allCases {
                samples.append(("coredns_cache_entries", server, "\(kind)", UInt64(server.cache?.count(kind) ?? 0)))
                samples.append(
                    ("coredns_cache_evictions_total", server, "\(kind)", server.cache?.evictions(kind) ?? 0))
                samples.append(("coredns_cache_hits_total", server, "\(kind)", values.cacheHits[kind] ?? 0))
            }
            let hits = values.cacheHits.values.reduce(0, +)
            samples.append(("coredns_cache_requests_total", server, nil, hits + values.cacheMisses))
            samples.append(("coredns_cache_misses_total", server, nil, values.cacheMisses))
            samples.append(("coredns_cache_prefetch_total", server, nil, values.prefetches))
            samples.append(("coredns_cache_served_stale_total", server, nil, values.staleAnswers))
        }
        for (name, type, help) in [
            ("coredns_cache_entries", "gauge", "Answers that are kept"),
            ("coredns_cache_hits_total", "counter", "Questions that were answered from the cache"),
            ("coredns_cache_requests_total", "counter", "Questions that the cache was asked"),
            ("coredns_cache_misses_total", "counter", "Questions that the cache had no answer to"),
            ("coredns_cache_prefetch_total", "counter", "Answers fetched anew before they ran out"),
            ("coredns_cache_served_stale_total", "counter", "Answers given after they had run out"),
            ("coredns_cache_evictions_total", "counter", "Answers that made room for others"),
        ] {
            text.family(name, type: type, help: help)
            for sample in samples where sample.name == name {
                if let kind = sample.kind {
                    text.sample(
                        name,
                        ["server": sample.server.label, "type": kind, "zones": sample.server.zoneLabel, "view": ""],
                        "\(sample.value)")
                } else {
                    text.sample(
                        name, ["server": sample.server.label, "zones": sample.server.zoneLabel, "view": ""],
                        "\(sample.value)")
                }
            }
        }
        text.family("coredns_autopath_success_total", type: "counter", help: "Search paths that were walked here")
        for (server, values) in snapshots where server.configuration.autopath != nil {
            text.sample("coredns_autopath_success_total", ["server": server.label], "\(values.autopaths)")
        }
    }

    func writeForward(_ servers: [ActiveServer], to text: inout PrometheusText) {
        let forwarders = servers.flatMap(\.forwarders)
        let upstreams = forwarders.flatMap(\.upstreams)
        let snapshots = upstreams.map { ($0.address, $0.metrics.snapshot) }
        let duration = "coredns_proxy_request_duration_seconds"
        text.family(duration, type: "histogram", help: "Time that upstreams took to answer, in seconds")
        for (address, values) in snapshots {
            for (code, histogram) in values.durations.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                text.write(
                    histogram, name: duration,
                    labels: "proxy_name=\"forward\",to=\"\(address)\",rcode=\"\(code)\",")
            }
        }
        let probes = "coredns_proxy_healthcheck_failures_total"
        text.family(probes, type: "counter", help: "Probes that an upstream that was down did not answer")
        for (address, values) in snapshots {
            text.sample(probes, ["proxy_name": "forward", "to": "\(address)"], "\(values.probeFailures)")
        }
        let streams = upstreams.map { ($0.address, $0.connections.streamCounts) }
        for (name, help, count) in [
            ("coredns_proxy_conn_cache_hits_total", "Questions sent over a stream that was there", \.reused),
            ("coredns_proxy_conn_cache_misses_total", "Questions that needed a new stream", \.opened),
        ] as [(String, String, KeyPath<(reused: UInt64, opened: UInt64), UInt64>)] {
            text.family(name, type: "counter", help: help)
            for (address, counts) in streams {
                text.sample(
                    name,
                    ["proxy_name": "forward", "to": "\(address)", "proto": address.isTLS ? "tcp-tls" : "tcp"],
                    "\(counts[keyPath: count])")
            }
        }
        text.counter(
            "coredns_forward_healthcheck_broken_total", help: "Questions that came while all upstreams were down",
            forwarders.reduce(0) { $0 + $1.allDownCount })
        text.counter(
            "coredns_forward_max_concurrent_rejects_total",
            help: "Questions refused because too many were on their way",
            forwarders.reduce(0) { $0 + $1.rejectionCount })
    }

    func writeHosts(_ servers: [ActiveServer], to text: inout PrometheusText) {
        let tables = servers.compactMap(\.hosts)
        guard !tables.isEmpty else { return }
        text.gauge(
            "coredns_hosts_entries", help: "Names in hosts files",
            Double(tables.reduce(0) { $0 + $1.current.count }))
    }
}
