import DaemonKit
import Foundation
import FoundationNetworking
import InternetAddresses
import KubeProxyConfig
import Synchronization
import TestKit
import Testing

@testable import NodeProxy

@Suite("The health and metrics servers", .timeLimit(.minutes(10)))
struct HTTPServiceTests {
    let status = ProxyStatus()
    let log = LogLines()
    let anyPort = ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 0)

    func get(_ path: String, port: Int) async throws -> (code: Int, text: String) {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
        let (data, response) = try await URLSession.shared.data(from: url)
        return (try #require(response as? HTTPURLResponse).statusCode, String(decoding: data, as: UTF8.self))
    }

    @Test("healthz answers 503 until everything is programmed, and counts its answers")
    func health() async throws {
        try await HTTPService.health(of: status, on: anyPort, logger: log.logger).serve { port in
            let before = try await get("/healthz", port: port)
            #expect(before.code == 503)
            let alive = try await get("/livez", port: port)
            #expect(alive.code == 200)
            status.health.withLock { $0.programmed(at: .now) }
            let after = try await get("/healthz", port: port)
            #expect(after.code == 200)
            #expect(after.text.contains(#""healthy":true"#))
        }
        let text = status.metricsText
        #expect(text.contains("kubeproxy_proxy_healthz_total{code=\"200\"} 1\n"))
        #expect(text.contains("kubeproxy_proxy_healthz_total{code=\"503\"} 1\n"))
    }

    @Test("configz and flagz show the configuration and the flags")
    func pages() async throws {
        let invocation = try Invocation(["--cluster-cidr=10.0.0.0/8"], program: "kube-proxy", isKubeProxy: true)
        let pages = ProxyPages(configuration: invocation.configuration, flags: invocation.flags)
        let service = HTTPService.metrics(
            of: status, mode: .iptables, pages: pages, on: anyPort, logger: log.logger)
        try await service.serve { port in
            let configuration = try await get("/configz", port: port)
            #expect(configuration.text.hasPrefix(#"{"kubeproxy.config.k8s.io":{"kind":"KubeProxyConfiguration""#))
            #expect(configuration.text.contains(#""clusterCIDR":"10.0.0.0/8""#))
            let flags = try await get("/flagz", port: port)
            #expect(flags.text.contains("\ncluster-cidr=10.0.0.0/8\n"))
        }
    }

    @Test("metrics, proxyMode and healthz have kube-proxy's paths")
    func metrics() async throws {
        let service = HTTPService.metrics(of: status, mode: .nftables, on: anyPort, logger: log.logger)
        try await service.serve { port in
            let mode = try await get("/proxyMode", port: port)
            #expect(mode.text == "nftables")
            let health = try await get("/healthz", port: port)
            #expect(health.text == "ok")
            let metrics = try await get("/metrics", port: port)
            #expect(metrics.text.contains("kubeproxy_sync_proxy_rules_last_timestamp_seconds"))
            let status = try await get("/statusz", port: port)
            #expect(status.text.contains("\nBinary version= 1.36.2\nEmulation version= 1.36\n"))
            #expect(try await get("/metrics/slis", port: port).text.contains("process_start_time_seconds"))
            let profiles = try await get("/debug/pprof/heap", port: port)
            #expect(profiles.code == 404)
            #expect(profiles.text.contains("perf record"))
            // The flags are unknown.
            #expect(try await get("/flagz", port: port).code == 404)
            let nothing = try await get("/nothing", port: port)
            #expect(nothing.code == 404)
        }
    }
}
