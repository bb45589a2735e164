import ChildProcesses
import Foundation
import LabKit
import Testing

/// The operator's view of the server: health, readiness, metrics, and shutdown. Needs root.
@Suite("Running the server", .serialized)
struct OperationTests {
    @Test("health and readiness are served at the addresses in flags")
    func endpoints() async throws {
        let program = try await DNSProgram.serving("--health-bind-address", ":8090", "--ready-bind-address", ":8191")
        #expect(try await program.get(port: 8090, "/health") == (200, "OK"))
        #expect(try await program.get(port: 8191, "/ready") == (200, "OK"))
        #expect(try await program.get(port: 8080, "/health").status == 0)
        try await program.stop()
    }

    @Test("without --bind-address, all addresses of both families answer, over UDP and TCP")
    func allAddresses() async throws {
        let program = try await DNSProgram(["--manifests", try DNSProgram.manifests, "--forward", "127.0.0.1:1"])
        try await program.waitUntilSynchronized()
        for server in ["127.0.0.1", "::1", DNSProgram.address] {
            for option in ["+notcp", "+tcp"] {
                let answer = try await program.namespace.run(
                    "dig", "@\(server)", "+short", option, "web.shop.svc.cluster.local")
                #expect(answer == "10.96.2.10\n", "\(server) \(option)")
            }
        }
        try await program.stop()
    }

    @Test("the name server that an SOA record names has an address, also below a reverse zone")
    func nameServer() async throws {
        let corefile = """
            . {
                bind \(DNSProgram.address)
                kubernetes cluster.local in-addr.arpa ip6.arpa
            }
            """
        let program = try await DNSProgram(
            files: ["Corefile": corefile],
            ["--corefile", "FOLDER/Corefile", "--manifests", try DNSProgram.manifests])
        try await program.waitUntilSynchronized()
        for zone in ["cluster.local", "in-addr.arpa", "ip6.arpa"] {
            let lines = try await program.dig("+noall", "+answer", "SOA", zone)
            #expect(lines.contains { $0.contains("ns.dns.\(zone).") }, "\(lines)")
            #expect(try await program.answers("ns.dns.\(zone)") == ["10.96.0.10"])
            #expect(try await program.dig("ns.dns.\(zone)", "AAAA").contains { $0.contains("status: NOERROR") })
        }
        try await program.stop()
    }

    @Test("without an API server from the start, the server is healthy, not ready, and says why")
    func neverReady() async throws {
        let kubeconfig = """
            apiVersion: v1
            kind: Config
            current-context: c
            clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
            contexts: [{name: c, context: {cluster: c, user: u}}]
            users: [{name: u, user: {token: t}}]
            """
        let program = try await DNSProgram(
            files: ["kubeconfig": kubeconfig], ["--kubeconfig", "FOLDER/kubeconfig", "--forward", "127.0.0.1:1"])
        try await program.eventually("health is served") { try await program.get(port: 8080, "/health").status == 200 }
        try await program.eventually("the failure is counted") {
            try await program.get(port: 9153, "/metrics").body.contains("\nservicelet_dns_api_reachable 0")
        }
        let (status, text) = try await program.get(port: 8181, "/ready")
        #expect(status == 503)
        #expect(text.contains("names of the cluster are unknown"))
        let lines = try await program.dig("web.shop.svc.cluster.local")
        #expect(lines.contains { $0.contains("status: SERVFAIL") })
        try await program.stop()
    }

    @Test("metrics have exactly the documented names")
    func documentedMetrics() async throws {
        let program = try await DNSProgram(
            files: ["Corefile": Self.everything],
            ["--corefile", "FOLDER/Corefile", "--manifests", try DNSProgram.manifests])
        try await program.waitUntilSynchronized()
        let text = try await program.get(port: 9153, "/metrics").body
        let served = Set(
            text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.compactMap {
                $0.split(separator: " ").dropFirst(2).first.map(String.init)
            })
        #expect(served == (try Self.documented()))
        try await program.stop()
    }

    @Test("queries, answers, the cache and upstreams are counted under CoreDNS's labels")
    func counts() async throws {
        let upstream = """
            .:5301 {
                bind 127.0.0.1
                hosts {
                    192.0.2.80 www.outside.example
                }
            }
            """
        let program = try await DNSProgram(
            files: ["upstream": upstream],
            [
                "--manifests", try DNSProgram.manifests, "--bind-address", DNSProgram.address, "--forward",
                "127.0.0.1:5301", "--cache", "30",
            ])
        let other = try await program.start(["dns", "--corefile", "FOLDER/upstream"])
        try await program.waitUntilSynchronized()
        try await program.eventually("upstream answers") {
            try await program.answers("www.outside.example") == ["192.0.2.80"]
        }
        for _ in 0..<3 { _ = try await program.dig("+tcp", "www.outside.example") }
        _ = try await program.dig("+tcp", "nope.shop.svc.cluster.local", "AAAA")
        let labels = #"server="dns://:53",zone=".",view="","#
        let text = try await program.get(port: 9153, "/metrics").body
        for sample in [
            #"coredns_dns_requests_total{\#(labels)proto="tcp",family="1",type="A"} 3"#,
            #"coredns_dns_requests_total{\#(labels)proto="tcp",family="1",type="AAAA"} 1"#,
            #"coredns_dns_responses_total{\#(labels)rcode="NXDOMAIN",plugin="kubernetes"} 1"#,
            #"coredns_dns_responses_total{\#(labels)rcode="NOERROR",plugin="cache"} 3"#,
            #"coredns_cache_hits_total{server="dns://:53",type="success",zones=".",view=""} 3"#,
            #"coredns_cache_entries{server="dns://:53",type="success",zones=".",view=""} 1"#,
            #"coredns_dns_request_size_bytes_count{\#(labels)proto="tcp"} 4"#,
            #"coredns_dns_response_size_bytes_count{\#(labels)proto="tcp"} 4"#,
            #"""
            coredns_proxy_request_duration_seconds_count{proxy_name="forward",to="127.0.0.1:5301",rcode="NOERROR"} 1
            """#,
            #"coredns_plugin_enabled{server="dns://:53",zone=".",view="",name="cache"} 1"#,
            "servicelet_dns_synchronized 1.0", "servicelet_dns_api_reachable 1.0",
        ] { #expect(text.contains("\n\(sample)\n"), "\(sample)") }
        other.signal(SIGTERM)
        try await program.stop()
    }

    @Test("a lame duck reports it on /health and keeps answering until its time is over")
    func lameDuck() async throws {
        let corefile = """
            . {
                bind \(DNSProgram.address)
                health {
                    lameduck 15s
                }
                kubernetes cluster.local
            }
            """
        let program = try await DNSProgram(
            files: ["Corefile": corefile],
            ["--corefile", "FOLDER/Corefile", "--manifests", try DNSProgram.manifests])
        try await program.waitUntilSynchronized()
        #expect(try await program.get(port: 8080, "/health").status == 200)
        program.terminate()
        try await program.eventually("it is a lame duck") { try await program.get(port: 8080, "/health").status == 503 }
        #expect(try await program.answers("web.shop.svc.cluster.local") == ["10.96.2.10"])
        try await program.waitForEnd()
        #expect(try await program.answers("web.shop.svc.cluster.local") == nil)
    }

    @Test("an address in use is named, with advice")
    func taken() async throws {
        let program = try await DNSProgram.serving()
        for address in [DNSProgram.address, "192.0.2.77"] {
            let second = try await program.start([
                "dns", "--manifests", try DNSProgram.manifests, "--bind-address", address,
            ])
            #expect(try await second.exit(within: .patience) != .code(0))
            #expect(second.errors.contains("TCP \(address) port 53: cannot listen; stop what listens there"))
        }
        #expect(try await program.answers("web.shop.svc.cluster.local") == ["10.96.2.10"])
        try await program.stop()
    }

    @Test("without a kubeconfig or an existing folder, the server says so and exits")
    func noSource() async throws {
        let program = try await DNSProgram(["--manifests", "FOLDER/nowhere", "--forward", "127.0.0.1:1"])
        try await program.waitForFailure(naming: "nowhere")
        let other = try await DNSProgram(["--kubeconfig", "FOLDER/nofile", "--forward", "127.0.0.1:1"])
        try await other.waitForFailure(naming: "nofile")
    }

    @Test("the client's search path is walked when its Pod is known")
    func autopath() async throws {
        let upstream = """
            .:5301 {
                bind 127.0.0.1
                hosts {
                    192.0.2.80 www.outside.example
                }
            }
            """
        let pod = "10.244.2.10"
        let program = try await DNSProgram(
            addresses: ["\(pod)/32"], files: ["upstream": upstream],
            [
                "--manifests", try DNSProgram.manifests, "--bind-address", DNSProgram.address, "--forward",
                "127.0.0.1:5301", "--pods", "verified", "--autopath",
            ])
        let other = try await program.start(["dns", "--corefile", "FOLDER/upstream"])
        try await program.waitUntilSynchronized()
        let name = "www.outside.example.shop.svc.cluster.local"
        try await program.eventually("the path is walked") {
            try await program.dig("-b", pod, "+short", name) == ["www.outside.example.", "192.0.2.80"]
        }
        #expect(
            try await program.dig("-b", pod, "+short", "dual.default.shop.svc.cluster.local")
                == ["dual.default.svc.cluster.local.", "10.96.1.13"])
        // The path of a client that is not a Pod is unknown.
        #expect(try await program.dig("+short", name) == [])
        let metrics = try await program.get(port: 9153, "/metrics").body
        #expect(metrics.contains(#"coredns_autopath_success_total{server="dns://:53"} 2"#))
        other.signal(SIGTERM)
        try await program.stop()
    }

    private static let everything = """
        . {
            bind \(DNSProgram.address)
            errors
            kubernetes cluster.local {
                pods verified
            }
            hosts {
                192.0.2.1 one.example
                fallthrough
            }
            autopath @kubernetes
            prometheus
            forward . 127.0.0.1:1
            cache 30
        }
        """

    /// The names in the section about metrics.
    private static func documented() throws -> Set<String> {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../docs/dns.md").standardized
        let text = try String(contentsOf: file, encoding: .utf8)
        let section = text.split(separator: "\n## ").first { $0.hasPrefix("Metrics\n") } ?? ""
        return Set(section.matches(of: /`([a-z_]+)`/).map { String($0.1) }.filter { $0.contains("_") })
    }
}
