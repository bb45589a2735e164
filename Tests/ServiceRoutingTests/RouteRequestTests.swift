import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

@Suite struct RouteRequestTests {
    @Test("the clusterIP comes first, then the node port, external IPs and load balancer addresses")
    func order() {
        let web = service(
            "web", kind: .loadBalancer, ports: [ServicePort(port: 80, nodePort: 30080)],
            externalIPs: ["198.51.100.1"], ingress: [.init(address: ip("192.0.2.1"))])
        #expect(
            RoutingTable([web], node: node(internalIPs: ["172.30.0.2"])).frontends("web") == [
                "clusterIP 10.96.0.1:80", "nodePort 172.30.0.2:30080", "externalIP 198.51.100.1:80",
                "loadBalancer 192.0.2.1:80",
            ])
    }

    @Test("node ports belong to types NodePort and LoadBalancer, load balancer addresses to the latter")
    func types() {
        func asksFor(_ kind: Service.Kind) -> (kinds: [Frontend.Kind], nodePort: UInt16?) {
            let requests = service(
                "web", kind: kind, ports: [ServicePort(port: 80, nodePort: 30080)],
                ingress: [.init(address: ip("192.0.2.1"))]
            ).requests
            return (requests.flatMap(\.addresses).map(\.kind), requests.first?.nodePort)
        }
        #expect(asksFor(.clusterIP) == ([.clusterIP], nil))
        #expect(asksFor(.nodePort) == ([.clusterIP], 30080))
        #expect(asksFor(.loadBalancer) == ([.clusterIP, .loadBalancer], 30080))
        #expect(asksFor(.externalName) == ([], nil))
    }

    @Test("load balancer addresses of mode Proxy are not programmed")
    func proxyMode() {
        let web = service("web", kind: .loadBalancer, ingress: [.init(address: ip("192.0.2.1"), mode: .proxy)])
        #expect(web.requests.flatMap(\.addresses).map(\.kind) == [.clusterIP])
    }

    @Test("each family has its own addresses, and the node port in both")
    func dualStack() {
        let web = service(
            "web", kind: .loadBalancer, ips: ["10.96.0.1", "fd00::1"],
            ports: [ServicePort(port: 80, nodePort: 30080)], externalIPs: ["2001:db8::1", "198.51.100.1"],
            ingress: [.init(address: ip("2001:db8::2"))])
        #expect(web.requests.map(\.key.family) == [.ipv4, .ipv6])
        let table = RoutingTable([web], node: node(internalIPs: ["172.30.0.2", "fd00:172:30::2"]))
        #expect(
            table.frontends("web")
                == ["clusterIP 10.96.0.1:80", "nodePort 172.30.0.2:30080", "externalIP 198.51.100.1:80"])
        #expect(
            table.frontends("web", .ipv6) == [
                "clusterIP [fd00::1]:80", "nodePort [fd00:172:30::2]:30080", "externalIP [2001:db8::1]:80",
                "loadBalancer [2001:db8::2]:80",
            ])
    }

    @Test("an address given twice is one frontend, of the first kind")
    func merged() {
        let web = service(
            "web", kind: .loadBalancer, externalIPs: ["192.0.2.1", "192.0.2.1", "10.96.0.1"],
            ingress: [.init(address: ip("192.0.2.1"))])
        #expect(web.requests.flatMap(\.addresses).map(\.kind) == [.clusterIP, .externalIP])
        #expect(web.requests.first?.addresses.map(\.isAlsoLoadBalancer) == [false, true])
    }

    @Test(
        "addresses that no Service may have are omitted, with the reason",
        arguments: [
            ("0.0.0.0", "unspecified"), ("127.0.0.1", "loopback"), ("224.0.0.1", "multicast"), ("::", "unspecified"),
            ("::1", "loopback"), ("ff02::1", "multicast"),
        ])
    func unprogrammable(address: String, reason: String) throws {
        let web = service("web", ips: ["10.96.0.1", "fd00::1"], externalIPs: [address, address])
        #expect(web.requests.flatMap(\.addresses).map(\.kind) == [.clusterIP, .clusterIP])
        #expect(web.requests.flatMap(\.problems).count == 1)
        let problem = try #require(web.requests.flatMap(\.problems).first)
        #expect(problem.name.service.name == "web")
        #expect(problem.description.contains("externalIP") && problem.description.contains(reason))
    }

    @Test("link-local addresses are served, as in kube-proxy")
    func linkLocal() {
        #expect(service("dns", ips: ["169.254.20.10", "fe80::53"]).requests.flatMap(\.addresses).count == 2)
    }

    @Test("headless, ExternalName and other proxies' Services request nothing")
    func ignored() {
        var headless = service("web")
        headless.isHeadless = true
        #expect(!headless.isRouted)
        #expect(!service("web", ips: []).isRouted)
        #expect(!service("web", kind: .externalName).isRouted)
        #expect(!service("web", labels: [WellKnown.serviceProxyName: ""]).isRouted)
        // The label means something on slices only.
        #expect(service("web", labels: [WellKnown.headless: ""]).isRouted)
        #expect(service("web", labels: [WellKnown.serviceProxyName: "custom"]).requests.isEmpty)
        #expect(service("web").isRouted)
    }
}
