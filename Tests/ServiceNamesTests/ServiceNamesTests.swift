import DNSMessages
import InternetAddresses
import KubernetesAPI
import ServiceNames
import Testing

@Suite("ServiceNames")
struct ServiceNamesTests {
    @Test("a Service with cluster IPs has its addresses, ports, and nothing else")
    func clusterIP() throws {
        let zone = try Zone([service("shop/web", .cluster([ip("10.96.0.1"), ip("fd00::1")]))])
        #expect(try zone.ask("web.shop.svc", .a) == ["A 10.96.0.1"])
        #expect(try zone.ask("web.shop.svc", .aaaa) == ["AAAA fd00::1"])
        #expect(try zone.ask("web.shop.svc", .txt) == ["NODATA"])
        #expect(
            try zone.ask("_http._tcp.web.shop.svc", .srv)
                == ["A 10.96.0.1", "AAAA fd00::1", "SRV 50 80 web.shop.svc.cluster.local."])
        #expect(try zone.ask("_http._udp.web.shop.svc", .srv) == ["NXDOMAIN"])
        #expect(try zone.ask("http.tcp.web.shop.svc", .srv) == ["NXDOMAIN"])
        #expect(try zone.ask("WEB.Shop.SVC", .a) == ["A 10.96.0.1"])
        #expect(try zone.ask("nope.shop.svc", .a) == ["NXDOMAIN"])
        #expect(try zone.pointers(to: "10.96.0.1") == ["PTR web.shop.svc.cluster.local."])
    }

    @Test("a headless Service has the addresses and names of its ready endpoints")
    func headless() throws {
        let zone = try Zone([
            service("shop/db", .headless),
            slice("shop/db-a", of: "shop/db", [("10.244.0.1", "db-0"), ("10.244.0.2", "")]),
            slice("shop/db-b", of: "shop/db", [("fd00::1", "db-0"), ("fd00:1::", "")]),
        ])
        #expect(try zone.ask("db.shop.svc", .a) == ["A 10.244.0.1", "A 10.244.0.2"])
        #expect(try zone.ask("db-0.db.shop.svc", .a) == ["A 10.244.0.1"])
        #expect(try zone.ask("db-0.db.shop.svc", .aaaa) == ["AAAA fd00::1"])
        #expect(try zone.ask("10-244-0-2.db.shop.svc", .a) == ["A 10.244.0.2"])
        #expect(try zone.ask("10-244-0-1.db.shop.svc", .a) == ["NXDOMAIN"])
        #expect(try zone.ask("fd00-1--0.db.shop.svc", .aaaa) == ["AAAA fd00:1::"])
        #expect(try zone.pointers(to: "fd00:1::") == ["PTR fd00-1--0.db.shop.svc.cluster.local."])
        #expect(
            try zone.ask("db-0.db.shop.svc", .srv)
                == ["A 10.244.0.1", "AAAA fd00::1", "SRV 50 80 db-0.db.shop.svc.cluster.local."])
    }

    @Test("without a ready endpoint a headless Service has no name (specification, section 2.4.1)")
    func noEndpoints() throws {
        let zone = try Zone([service("shop/db", .headless), slice("shop/db-a", of: "shop/db", [])])
        #expect(try zone.ask("db.shop.svc", .a) == ["NXDOMAIN"])
        #expect(try zone.ask("shop.svc", .a) == ["NODATA"])
    }

    @Test("an ExternalName is an alias of its target, but digits are not")
    func externalName() throws {
        let zone = try Zone([
            service("shop/out", .external("www.example.com"), ports: []),
            service("shop/digits", .external("192.0.2.1"), ports: []),
        ])
        #expect(try zone.ask("out.shop.svc", .a) == ["CNAME www.example.com."])
        #expect(try zone.ask("out.shop.svc", .cname) == ["CNAME www.example.com."])
        #expect(try zone.ask("out.shop.svc", .srv) == ["NODATA"])
        #expect(try zone.ask("x.out.shop.svc", .a) == ["NXDOMAIN"])
        #expect(try zone.ask("digits.shop.svc", .a) == ["NODATA"])
    }

    @Test("endpoints that are names are aliases of the Service, and of its ports")
    func namesAsEndpoints() throws {
        let zone = try Zone([
            service("shop/names", .headless),
            slice("shop/names-a", of: "shop/names", [("a.example.com", ""), ("b.example.com", "nb")]),
        ])
        let both = ["CNAME a.example.com.", "CNAME b.example.com."]
        #expect(try zone.ask("names.shop.svc", .a) == both)
        #expect(try zone.ask("_http._tcp.names.shop.svc", .a) == both)
        #expect(try zone.ask("_http._tcp.names.shop.svc", .srv) == ["NODATA"])
        #expect(try zone.ask("_https._tcp.names.shop.svc", .a) == ["NXDOMAIN"])
        #expect(try zone.ask("nb.names.shop.svc", .aaaa) == ["CNAME b.example.com."])
    }

    @Test("the name server of the SOA record exists in each zone")
    func nameServer() throws {
        let zone = try Zone([service("kube-system/kube-dns", .cluster([ip("10.96.0.10")]))])
        #expect(try zone.ask("ns.dns", .a) == ["A 10.96.0.10"])
        #expect(try zone.ask("NS.DNS", .a) == ["A 10.96.0.10"])
        #expect(try zone.ask("ns.dns", .aaaa) == ["NODATA"])
        let reverse = try #require(DomainName("in-addr.arpa"))
        let names = zone.registry.names
        #expect(names.nameServerAddresses(type: .a, own: [], zone: reverse) != nil)
        #expect(names.nameServerAddresses(type: .aaaa, own: [], zone: reverse) == nil)
        let asked = NameBuffer(try #require(DomainName("ns.dns.in-addr.arpa")))
        #expect(ServiceNames.isNameServer(asked, labelCount: 2))
        #expect(!ServiceNames.isNameServer(asked, labelCount: 3))
    }

    @Test("a change of one endpoint changes its answers, and releases its address")
    func changes() throws {
        var zone = try Zone([
            service("shop/db", .headless), slice("shop/db-a", of: "shop/db", [("10.244.0.1", "")]),
        ])
        let before = zone.registry.names
        zone.registry.apply([slice("shop/db-a", of: "shop/db", [("10.244.0.9", "")])], at: 2)
        #expect(try zone.ask("db.shop.svc", .a) == ["A 10.244.0.9"])
        #expect(try zone.pointers(to: "10.244.0.1") == [])
        #expect(zone.registry.names.serial == 2)
        // Copies of the earlier names are unchanged.
        zone.registry = NameRegistry(before)
        #expect(try zone.ask("db.shop.svc", .a) == ["A 10.244.0.1"])
    }

    @Test("initial objects that arrive in parts are answered as if they had arrived at once")
    func parts() async throws {
        let zone = try Zone([])
        var registry = NameRegistry(ServiceNames(zone: zone.registry.names.zone))
        registry.apply([slice("shop/db-a", of: "shop/db", [("10.244.0.1", "")])], at: 1)
        registry.apply([service("shop/db", .headless), service("shop/gone", .headless)], at: 2)
        registry.apply([slice("shop/db-b", of: "shop/db", [("10.244.0.2", "")])], at: 3)
        await registry.prepare()
        // More arrives for an already prepared Service.
        registry.apply([slice("shop/db-c", of: "shop/db", [("10.244.0.3", "")])], at: 4)
        registry.apply([.service(NamespacedName(namespace: "shop", name: "gone"), nil)], at: 5)
        registry.apply([service("shop/web", .cluster([ip("10.96.0.1")]))], at: 6)
        registry.markSynchronized()
        var whole = zone
        whole.registry = registry
        #expect(try whole.ask("db.shop.svc", .a) == ["A 10.244.0.1", "A 10.244.0.2", "A 10.244.0.3"])
        #expect(try whole.ask("web.shop.svc", .a) == ["A 10.96.0.1"])
        #expect(try whole.ask("gone.shop.svc", .a) == ["NXDOMAIN"])
        #expect(try whole.pointers(to: "10.244.0.2") == ["PTR 10-244-0-2.db.shop.svc.cluster.local."])
    }

    @Test("a slice that moves to another Service leaves the first one")
    func movedSlice() throws {
        var zone = try Zone([
            service("shop/a", .headless), service("shop/b", .headless),
            slice("shop/s", of: "shop/a", [("10.244.0.1", "")]),
        ])
        zone.registry.apply([slice("shop/s", of: "shop/b", [("10.244.0.1", "")])], at: 2)
        #expect(try zone.ask("a.shop.svc", .a) == ["NXDOMAIN"])
        #expect(try zone.ask("b.shop.svc", .a) == ["A 10.244.0.1"])
        #expect(try zone.pointers(to: "10.244.0.1") == ["PTR 10-244-0-1.b.shop.svc.cluster.local."])
    }

    @Test("a removed Service's names are removed, and a slice without a Service has none")
    func removal() throws {
        var zone = try Zone([
            service("shop/db", .headless), slice("shop/db-a", of: "shop/db", [("10.244.0.1", "boo")]),
        ])
        zone.registry.apply([.service(NamespacedName("shop/db"), nil)], at: 2)
        #expect(try zone.ask("db.shop.svc", .a) == ["NXDOMAIN"])
        #expect(try zone.ask("boo.db.shop.svc", .a) == ["NXDOMAIN"])
        #expect(try zone.pointers(to: "10.244.0.1") == [])
        #expect(try zone.ask("shop.svc", .a) == ["NXDOMAIN"])
        zone.registry.apply([service("shop/db", .headless)], at: 3)
        #expect(try zone.ask("boo.db.shop.svc", .a) == ["A 10.244.0.1"])
    }

    @Test("names of Pods follow the mode")
    func pods() throws {
        let namespace = NameChange.namespace("shop", exists: true)
        let pod = NameChange.pod(NamespacedName("shop/p"), [ip("10.244.0.5"), ip("fd00::5")])
        let insecure = try Zone([namespace])
        #expect(try insecure.ask("1-2-3-4.shop.pod", .a) == ["A 1.2.3.4"])
        #expect(try insecure.ask("1-2-3-4.shop.pod", .aaaa) == ["NODATA"])
        #expect(try insecure.ask("1-2-3-4.nope.pod", .a) == ["NXDOMAIN"])
        #expect(try insecure.ask("x.1-2-3-4.shop.pod", .a) == ["NXDOMAIN"])
        #expect(try insecure.ask("shop.pod", .a) == ["NODATA"])
        let verified = try Zone(podMode: .verified, [namespace, pod])
        #expect(try verified.ask("10-244-0-5.shop.pod", .a) == ["A 10.244.0.5"])
        #expect(try verified.ask("fd00--5.shop.pod", .aaaa) == ["AAAA fd00::5"])
        #expect(try verified.ask("1-2-3-4.shop.pod", .a) == ["NXDOMAIN"])
        let disabled = try Zone(podMode: .disabled, [namespace])
        #expect(try disabled.ask("1-2-3-4.shop.pod", .a) == ["NXDOMAIN"])
        #expect(try disabled.ask("pod", .a) == ["NODATA"])
    }

    @Test("before all objects have arrived, only names that need none are answered")
    func unsynchronized() throws {
        var zone = try Zone()
        zone.registry = NameRegistry(ServiceNames(zone: zone.registry.names.zone))
        #expect(try zone.ask("web.shop.svc", .a) == ["UNKNOWN"])
        #expect(try zone.ask("dns-version", .txt) == ["TXT 1.1.0"])
    }

    @Test("random changes in any order give the names of the last state", arguments: 1...6)
    func anyOrder(seed: UInt64) throws {
        var generator = Numbers(state: seed &* 0x9E37_79B9_7F4A_7C15)
        var incremental = try Zone()
        var last: [String: NameChange] = [:]
        for _ in 0..<400 {
            let number = Int.random(in: 0..<6, using: &generator)
            let change: NameChange
            let key: String
            if Bool.random(using: &generator) {
                key = "service \(number)"
                let kinds: [ServiceFacts.Kind] = [.headless, .cluster([ip("10.96.0.\(number)")])]
                change =
                    Int.random(in: 0..<4, using: &generator) == 0
                    ? .service(NamespacedName("ns/s\(number)"), nil)
                    : service("ns/s\(number)", kinds.randomElement(using: &generator) ?? .headless)
            } else {
                let owner = Int.random(in: 0..<6, using: &generator)
                key = "slice \(number)"
                change =
                    Int.random(in: 0..<4, using: &generator) == 0
                    ? .slice(NamespacedName("ns/e\(number)"), service: nil, nil)
                    : slice(
                        "ns/e\(number)", of: "ns/s\(owner)",
                        [("10.244.0.\(Int.random(in: 0..<4, using: &generator))", "")])
            }
            last[key] = change
            incremental.registry.apply([change], at: 1)
        }
        let fresh = try Zone(Array(last.values))
        for number in 0..<6 {
            for type in [RecordType.a, .srv] {
                #expect(try incremental.ask("s\(number).ns.svc", type) == fresh.ask("s\(number).ns.svc", type))
            }
            #expect(try incremental.pointers(to: "10.244.0.\(number)") == fresh.pointers(to: "10.244.0.\(number)"))
            #expect(try incremental.pointers(to: "10.96.0.\(number)") == fresh.pointers(to: "10.96.0.\(number)"))
        }
    }

    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }
}
