import IPTables
import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing

@testable import IPTablesDataplane

@Suite("ChainName")
struct ChainNameTests {
    @Test(
        "a Service port's chain name is that of published clusters",
        arguments: [
            ("nginx-nodeport", "", "KUBE-SVC-CGFVTWEXQTKV5QXW"),
            ("pod-check", "", "KUBE-SVC-A26F6BALGETXAGKG"),
            ("ccs-gateway-clusterip", "http", "KUBE-SVC-76GERFBRR2RGHNBJ"),
        ])
    func published(service: String, port: String, chain: String) {
        #expect(ChainName.cluster(name(service, port)) == chain)
    }

    @Test("an endpoint's name depends on its address and port")
    func endpoints() {
        let web = name("nginx-nodeport", "")
        #expect(ChainName.endpoint(web, "10.244.0.140:80") == "KUBE-SEP-NOORU4ZPYMY4LHDE")
        #expect(ChainName.endpoint(web, "10.244.0.140:81") != "KUBE-SEP-NOORU4ZPYMY4LHDE")
    }

    @Test("a different protocol gives a different name")
    func transports() {
        let tcp = ChainName.cluster(name("dns", "dns"))
        var port = name("dns", "dns")
        port.transport = .udp
        #expect(ChainName.cluster(port) != tcp)
    }

    @Test(
        "only a Service's own chains count as such", arguments: ["KUBE-SERVICES", "KUBE-NODEPORTS", "KUBE-MARK-MASQ"])
    func others(chain: String) {
        #expect(!ChainName.isOfService(chain))
        #expect(ChainName.isOfService("KUBE-SEP-NOORU4ZPYMY4LHDE"))
    }

    private func name(_ service: String, _ port: String) -> ServicePortName {
        ServicePortName(service: NamespacedName(namespace: "default", name: service), port: port)
    }
}
