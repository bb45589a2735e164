import DNSMessages
import InternetAddresses
import ServiceNames
import Testing

@testable import DNSServer

@Suite("Corefile")
struct CorefileTests {
    private func read(_ text: String, environment: [String: String] = [:]) throws -> DNSConfiguration {
        let surroundings = Corefile.Surroundings(environment: environment) { _ throws(DNSConfigurationError) in
            ResolverConfiguration("nameserver 192.0.2.1\nnameserver 2001:db8::1\nsearch example.com")
        }
        return try Corefile.read(text, surroundings: surroundings)
    }

    private func reason(_ text: String) -> String {
        do {
            _ = try read(text)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test("kubeadm's Corefile is read completely")
    func kubeadm() throws {
        let configuration = try read(
            """
            .:53 {
                errors
                health {
                   lameduck 5s
                }
                ready
                kubernetes cluster.local in-addr.arpa ip6.arpa {
                   pods insecure
                   fallthrough in-addr.arpa ip6.arpa
                   ttl 30
                }
                prometheus :9153
                forward . /etc/resolv.conf {
                   max_concurrent 1000
                }
                cache 30 {
                   disable success cluster.local
                   disable denial cluster.local
                }
                loop
                reload
                loadbalance
            }
            """)
        let server = configuration.servers[0]
        #expect(server.zones == [.root] && server.port == 53)
        #expect(server.forwards[0].upstreams.map(\.description) == ["192.0.2.1:53", "[2001:db8::1]:53"])
        #expect(server.forwards[0].maximumConcurrent == 1000)
        #expect(server.cache?.success.maximumTTL == 30)
        #expect(server.isShuffling && server.detectsLoops && server.isLoggingErrors)
        #expect(configuration.cluster?.zone == DomainName("cluster.local"))
        #expect(configuration.cluster?.podMode == .insecure)
        #expect(configuration.cluster?.ttl == 30)
        #expect(configuration.cluster?.versionTTL == 28800)
        #expect(configuration.health == HealthConfiguration(address: ":8080", lameDuck: .seconds(5)))
        #expect(configuration.readyAddress == ":8181")
        #expect(configuration.metricsAddress == ":9153")
        #expect(configuration.reloadInterval == .seconds(30))
    }

    @Test("the cache bounds the TTLs of the cluster's records")
    func boundedTTLs() throws {
        let cluster = try read(
            """
            . {
                kubernetes cluster.local { ttl 300 }
                cache 30
            }
            """
        ).cluster
        #expect(cluster?.ttl == 30 && cluster?.versionTTL == 30)
    }

    @Test("blocks for several zones and ports, quotes, comments and variables are understood")
    func syntax() throws {
        let configuration = try read(
            """
            # a comment
            cluster.local:53 example.org {   # two zones
                bind 127.0.0.1
                forward . {$UPSTREAM} tls://192.0.2.9%dns.example { policy sequential
                    max_fails 0
                }
            }
            10.0.0.0/8:5353 {
                hosts {
                    192.0.2.7 "seven.example"
                    fallthrough
                }
                rewrite name suffix .old .new answer auto
            }
            """, environment: ["UPSTREAM": "192.0.2.8:5300"])
        #expect(configuration.servers[0].zones.map(\.description) == ["cluster.local.", "example.org."])
        let forward = configuration.servers[0].forwards[0]
        #expect(forward.upstreams.map(\.description) == ["192.0.2.8:5300", "tls://192.0.2.9:853"])
        #expect(forward.upstreams[1].serverName == "dns.example")
        #expect(forward.policy == .sequential && forward.maximumFailures == 0)
        #expect(configuration.servers[1].zones.map(\.description) == ["10.in-addr.arpa."])
        #expect(configuration.servers[1].hosts?.lines == ["192.0.2.7 seven.example"])
        #expect(
            configuration.servers[1].rewrites == [
                NameRewrite(match: .suffix, from: ".old", to: ".new", continues: false)
            ])
    }

    @Test(
        "unsupported directives are refused by line and name",
        arguments: [
            (".:53 {\n  errors\n  geoip db\n}", "line 3: geoip: not supported"),
            (
                ".:53 {\n  kubernetes cluster.local {\n    multicluster\n  }\n}",
                "line 3: kubernetes: option multicluster"
            ),
            (".:53 {\n  forward . nonsense\n}", "line 2: forward to nonsense: give an address"),
            (".:53 {\n  cache 0\n}", "line 2: cache 0"),
            (".:53 {\n  errors\n  errors\n}", "line 3: errors twice"),
            (".:53 {\n  errors", "line 1: { is never closed"),
            (".:53 {\n}\n.:53 {\n}", "line 3: . on port 53 has two blocks"),
            ("", "the Corefile has no block"),
            (".:53 {\n  kubernetes cluster.local {\n    pods maybe\n  }\n}", "line 3: pods maybe: use disabled"),
            ("tls://.:53 {\n}", "line 1: tls://.:53: only dns:// is served"),
            (".:53 {\n  rewrite name regex ( x\n}", "line 2: rewrite name regex"),
        ])
    func refusals(text: String, expected: String) {
        #expect(reason(text).contains(expected), "\(reason(text))")
    }

    @Test("durations are in Go's format")
    func durations() throws {
        let read = { (text: String) in try CorefileToken(text: text, line: 1).duration() }
        #expect(try read("1m30s") == .seconds(90))
        #expect(try read("500ms") == .milliseconds(500))
        #expect(try read("5") == .seconds(5))
        #expect(throws: DNSConfigurationError.self) { try read("soon") }
        #expect(throws: DNSConfigurationError.self) { try read("") }
    }
}
