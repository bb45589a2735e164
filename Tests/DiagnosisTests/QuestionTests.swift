import Diagnosis
import InternetAddresses
import KubernetesAPI
import Testing

@Suite("Question")
struct QuestionTests {
    @Test("reads every form that users write")
    func forms() throws {
        let web = NamespacedName(namespace: "shop", name: "web")
        let service = try Question("shop/web")
        #expect(service.subject == .service(web) && service.port == nil && service.transport == nil)
        let named = try Question("shop/web:http")
        #expect(named.subject == .service(web) && named.port == .name("http"))
        let numbered = try Question("shop/web:80/udp")
        #expect(numbered.subject == .service(web) && numbered.port == .number(80) && numbered.transport == .udp)
        let address = try Question("10.96.0.5:80/TCP")
        #expect(address.subject == .address(IPAddress(ipv4: 0x0A60_0005)) && address.port == .number(80))
        #expect(address.transport == .tcp)
        let bare = try Question("fd00::1")
        #expect(bare.subject == .address(IPAddress(ipv6High: 0xFD00 << 48, low: 1)) && bare.port == nil)
        let bracketed = try Question("[fd00::1]:53/udp", origin: "fd00::9")
        #expect(bracketed.subject == bare.subject && bracketed.port == .number(53))
        #expect(bracketed.origin == .address(IPAddress(ipv6High: 0xFD00 << 48, low: 9)))
        #expect(try Question("web.shop.svc:80", origin: "node").subject == .name("web.shop.svc"))
        #expect(try Question("web.shop.svc:80", origin: "node").origin == .node)
    }

    @Test(
        "refuses other text, and says what to write",
        arguments: ["", "shop/", "/web", "a/b/c", "shop/web:", "shop/web:0", "we b", "shop/web:99999"])
    func refusals(text: String) {
        #expect(throws: DiagnosisError.self) { try Question(text) }
    }

    @Test("refuses unknown clients")
    func origins() {
        #expect(throws: DiagnosisError.self) { try Question("shop/web", origin: "mars") }
    }
}
