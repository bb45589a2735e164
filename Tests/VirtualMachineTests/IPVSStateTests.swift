import Dataplane
import IPVS
import InternetAddresses
import KubernetesAPI
import KubernetesTestKit
import LabKit
import RoutingTestKit
import ServiceRouting
import Testing

@testable import IPVSDataplane

/// The state of ipvs mode, as seen by `ipvsadm`, `ipset`, `ip` and `iptables-save`.
@Suite("IPVS: state", .serialized)
struct IPVSStateTests {
    @Test("the state of every recorded cluster is kube-proxy's, changing from one to the next")
    func recorded() async throws {
        let node = try await Node()
        for name in RecordedScenario.names {
            let routes = try RecordedScenario(name, nodePorts: .listed).routes
            try await node.synchronize(routes)
            let listing = try await node.listing()
            if name == "17-not-proxied" {
                #expect(listing.servers.isEmpty && listing.entries.isEmpty && listing.addresses.isEmpty)
            } else {
                #expect(try RecordedIPVS(scenario: name).difference(to: listing) == [], "\(name)")
            }
        }
    }

    @Test("a cluster followed change by change ends in the same state as one written at once")
    func changes() async throws {
        let node = try await Node()
        try await node.synchronize([])
        let from = try RecordedScenario("14-dual-stack", nodePorts: .listed).routes
        let to = try RecordedScenario("07-loadbalancer", nodePorts: .listed).routes
        for route in from { try await node.change(nil, to: route) }
        #expect(try RecordedIPVS(scenario: "14-dual-stack").difference(to: try await node.listing()) == [])
        for route in to { try await node.change(nil, to: route) }
        for route in from { try await node.change(route, to: nil) }
        #expect(try RecordedIPVS(scenario: "07-loadbalancer").difference(to: try await node.listing()) == [])
        let again = try await node.synchronize(to)
        #expect(again == ProgrammingReport())
    }

    @Test("one endpoint's change is two messages, one for each endpoint, regardless of everything else")
    func flip() async throws {
        let node = try await Node()
        let others = (2...40).map { route("other-\($0)", "10.96.0.\($0)", to: backends("10.244.1.5")) }
        let old = route(to: backends("10.244.1.5", "10.244.1.6"))
        let new = route(to: backends("10.244.1.6", "10.244.1.7"))
        try await node.synchronize(others + [old])
        let report = try await node.change(old, to: new)
        // One endpoint is added; the other gets no new connections and, without any, is removed.
        #expect(report.messages == 3)
        #expect(report.bytes < 500)
        let servers = try await node.servers().filter { $0.contains("10.96.0.1:80 -r") }
        #expect(
            servers.sorted() == [
                "-a -t 10.96.0.1:80 -r 10.244.1.6:8080 -m -w 1", "-a -t 10.96.0.1:80 -r 10.244.1.7:8080 -m -w 1",
            ])
    }

    @Test("every scheduler of the kernel, for all Services and for one; one that it lacks is named and replaced")
    func schedulers() async throws {
        let node = try await Node(.recorded { $0.scheduler = Scheduler("wlc") })
        let names = Scheduler.knownNames
        let routes = names.enumerated().map { number, name in
            route(name, "10.96.0.\(number + 1)", to: backends("10.244.1.5"), scheduler: name)
        }
        let options = [
            route("mh-fallback", "10.96.1.1", to: backends("10.244.1.5"), scheduler: "mh,mh-fallback,mh-port"),
            route("sh-port", "10.96.1.2", to: backends("10.244.1.5"), scheduler: "sh,sh-port"),
            route("default", "10.96.1.3", to: backends("10.244.1.5"), affinity: 10800),
        ]
        let report = try await node.synchronize(routes + options)
        #expect(report.refusals == [])
        let servers = try await node.servers()
        for (number, name) in names.enumerated() {
            let flags = name == "mh" ? " -b mh-port" : ""
            #expect(servers.contains("-A -t 10.96.0.\(number + 1):80 -s \(name)\(flags)"), "\(name): \(servers)")
        }
        #expect(servers.contains("-A -t 10.96.1.1:80 -s mh -b mh-fallback,mh-port"))
        #expect(servers.contains("-A -t 10.96.1.2:80 -s sh -b sh-port"))
        #expect(servers.contains("-A -t 10.96.1.3:80 -s wlc -p 10800"))

        try await node.synchronize([])
        try await node.sh("rmmod ip_vs_lblcr")
        let lacking = try await node.synchronize(routes)
        let refusal = try #require(lacking.refusals.first)
        #expect(lacking.refusals.count == 1)
        #expect(refusal.route.name.service.name == "lblcr")
        #expect(refusal.reason.contains("modprobe ip_vs_lblcr"))
        #expect(try await node.servers().contains("-A -t 10.96.0.10:80 -s wlc"))
        let typo = try await node.change(nil, to: route("typo", to: backends("10.244.1.5"), scheduler: "best"))
        #expect(typo.refusals.contains { $0.reason.contains("no IPVS scheduler “best”") })
    }

    @Test("a mode whose own scheduler the kernel lacks does not start, and names the module")
    func missingScheduler() async throws {
        let node = try await Node(.recorded { $0.scheduler = Scheduler("nosuch") })
        let error = await #expect(throws: DataplaneError.self) { try await node.synchronize([]) }
        #expect(error?.code == .unsupported)
        #expect(error?.message.contains("modprobe ip_vs_nosuch") == true)
    }

    @Test("kernel settings, timeouts and strict ARP are set, strict ARP only if requested")
    func settings() async throws {
        let timeouts = ConnectionTimeouts(tcp: 800, tcpFin: 90, udp: 200)
        let node = try await Node(
            .recorded {
                $0.usesStrictARP = false; $0.timeouts = timeouts
            })
        try await node.synchronize([])
        for setting in ["net/ipv4/vs/conntrack", "net/ipv4/vs/expire_nodest_conn", "net/ipv4/ip_forward"] {
            #expect(try await node.namespace.setting(setting) == "1", "\(setting)")
        }
        #expect(try await node.namespace.setting("net/ipv4/vs/expire_quiescent_template") == "1")
        #expect(try await node.namespace.setting("net/ipv4/conf/all/arp_ignore") == "0")
        #expect(try await node.sh("ipvsadm -L --timeout").contains("800 90 200"))
        // Values that are not given stay.
        let strict = try node.restarted(.recorded { $0.timeouts = ConnectionTimeouts(udp: 100) })
        try await strict.synchronize([])
        #expect(try await node.sh("ipvsadm -L --timeout").contains("800 90 100"))
        #expect(try await node.namespace.setting("net/ipv4/conf/all/arp_ignore") == "1")
        #expect(try await node.namespace.setting("net/ipv4/conf/all/arp_announce") == "2")
    }

    @Test("virtual servers in excluded networks are left alone, and other unwanted ones are removed")
    func excludedNetworks() async throws {
        let excluded = ["192.0.2.0/24"].compactMap { IPNetwork($0) }
        let node = try await Node(.recorded { $0.excludedNetworks = excluded })
        try await node.sh(
            """
            ipvsadm -A -t 192.0.2.1:80 -s rr; ipvsadm -a -t 192.0.2.1:80 -r 192.0.2.9:80 -g
            ipvsadm -A -t 198.51.100.1:80 -s rr; ipvsadm -A -f 7 -s rr
            """)
        try await node.synchronize(route(to: backends("10.244.1.5")))
        let servers = try await node.servers()
        #expect(servers.contains("-A -t 192.0.2.1:80 -s rr"))
        #expect(servers.contains("-a -t 192.0.2.1:80 -r 192.0.2.9:80 -g -w 1"))
        #expect(servers.contains("-A -f 7 -s rr"))
        #expect(!servers.contains { $0.contains("198.51.100.1") })
    }

    @Test("sets that are too small grow, and rules keep matching them")
    func growth() async throws {
        let node = try await Node()
        // It was created too small.
        try await node.sh("ipset create KUBE-CLUSTER-IP hash:ip,port family inet maxelem 4")
        let routes = (1...20).map { route("web-\($0)", "10.96.0.\($0)", to: backends("10.244.1.5")) }
        try await node.synchronize(Array(routes.prefix(3)))
        try await node.synchronize(routes)
        let saved = try await node.sh("ipset save KUBE-CLUSTER-IP; ipset list -n | grep -c servicelet || true")
        #expect(saved.split(separator: "\n").filter { $0.hasPrefix("add ") }.count == 20)
        #expect(saved.contains("maxelem 65536"))
        #expect(saved.hasSuffix("\n0\n"))
        #expect(try await node.sh("iptables-nft-save -t nat").contains("--match-set KUBE-CLUSTER-IP dst,dst"))
    }

    @Test("a set of another type with one of our names is reported, with advice")
    func foreignSet() async throws {
        let node = try await Node()
        try await node.sh("ipset create KUBE-CLUSTER-IP hash:ip")
        let error = await #expect(throws: DataplaneError.self) { try await node.synchronize([]) }
        #expect(error?.message.contains("ipset destroy KUBE-CLUSTER-IP") == true)
    }
}
