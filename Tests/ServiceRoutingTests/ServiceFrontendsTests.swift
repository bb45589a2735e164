import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

@Suite struct ServiceFrontendsTests {
    @Test("the clusterIP comes first, then the node port, external IPs and load balancer addresses")
    func order() {
        let web = service(
            "web", kind: .loadBalancer, ports: [ServicePort(port: 80, nodePort: 30080)],
            externalIPs: ["198.51.100.1"], ingress: [.init(address: ip("192.0.2.1"))])
        let texts = web.requests.flatMap(\.frontends).map(\.description)
        #expect(
            texts == [
                "clusterIP 10.96.0.1:80", "nodePort 30080", "externalIP 198.51.100.1:80", "loadBalancer 192.0.2.1:80",
            ])
    }

    @Test("node ports belong to types NodePort and LoadBalancer, load balancer addresses to the latter")
    func types() {
        func kinds(_ kind: Service.Kind) -> [Frontend.Kind] {
            service(
                "web", kind: kind, ports: [ServicePort(port: 80, nodePort: 30080)],
                ingress: [.init(address: ip("192.0.2.1"))]
            ).requests.flatMap(\.frontends).map(\.kind)
        }
        #expect(kinds(.clusterIP) == [.clusterIP])
        #expect(kinds(.nodePort) == [.clusterIP, .nodePort])
        #expect(kinds(.loadBalancer) == [.clusterIP, .nodePort, .loadBalancer])
        #expect(kinds(.externalName) == [])
    }

    @Test("load balancer addresses of mode Proxy are not programmed")
    func proxyMode() {
        let web = service("web", kind: .loadBalancer, ingress: [.init(address: ip("192.0.2.1"), mode: .proxy)])
        #expect(web.requests.flatMap(\.frontends).map(\.kind) == [.clusterIP])
    }

    @Test("each family has its own addresses, and the node port in both")
    func dualStack() {
        let web = service(
            "web", kind: .loadBalancer, ips: ["10.96.0.1", "fd00::1"],
            ports: [ServicePort(port: 80, nodePort: 30080)], externalIPs: ["2001:db8::1", "198.51.100.1"],
            ingress: [.init(address: ip("2001:db8::2"))])
        #expect(web.requests.map(\.key.family) == [.ipv4, .ipv6])
        #expect(
            web.requests.map { $0.frontends.map(\.description) } == [
                ["clusterIP 10.96.0.1:80", "nodePort 30080", "externalIP 198.51.100.1:80"],
                [
                    "clusterIP [fd00::1]:80", "nodePort 30080", "externalIP [2001:db8::1]:80",
                    "loadBalancer [2001:db8::2]:80",
                ],
            ])
    }

    @Test("an address that is named twice is one frontend, of the first kind")
    func merged() {
        let web = service(
            "web", kind: .loadBalancer, externalIPs: ["192.0.2.1", "192.0.2.1", "10.96.0.1"],
            ingress: [.init(address: ip("192.0.2.1"))])
        #expect(web.requests.flatMap(\.frontends).map(\.kind) == [.clusterIP, .externalIP])
    }

    @Test(
        "addresses that no Service may have are left out, and it is told why",
        arguments: [
            ("0.0.0.0", "unspecified"), ("127.0.0.1", "loopback"), ("169.254.1.1", "link-local"),
            ("224.0.0.1", "multicast"), ("::", "unspecified"), ("::1", "loopback"), ("fe80::1", "link-local"),
            ("ff02::1", "multicast"),
        ])
    func unprogrammable(address: String, reason: String) throws {
        let web = service("web", ips: ["10.96.0.1", "fd00::1"], externalIPs: [address, address])
        #expect(web.requests.flatMap(\.frontends).map(\.kind) == [.clusterIP, .clusterIP])
        #expect(web.requests.flatMap(\.problems).count == 1)
        let problem = try #require(web.requests.flatMap(\.problems).first)
        #expect(problem.name.service.name == "web")
        #expect(problem.reason.contains("externalIP \(address)") && problem.reason.contains(reason))
    }

    @Test("headless, ExternalName and Services of other proxies ask for nothing")
    func ignored() {
        var headless = service("web")
        headless.isHeadless = true
        #expect(!headless.isRouted)
        #expect(!service("web", ips: []).isRouted)
        #expect(!service("web", kind: .externalName).isRouted)
        #expect(!service("web", labels: [WellKnown.serviceProxyName: ""]).isRouted)
        #expect(!service("web", labels: [WellKnown.headless: ""]).isRouted)
        #expect(service("web", labels: [WellKnown.serviceProxyName: "custom"]).requests.isEmpty)
        #expect(service("web").isRouted)
    }
}
