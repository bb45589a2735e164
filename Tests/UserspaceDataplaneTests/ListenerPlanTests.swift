import Dataplane
import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing
import UserspaceProxy

@testable import UserspaceDataplane

@Suite("The listener that a frontend needs")
struct ListenerPlanTests {
    let machine = MachineView(
        addresses: [IPAddress(ipv4: 0xAC1E_0002)], podNetworks: [IPNetwork("10.244.0.0/16")].compactMap(\.self))

    private func plan(
        _ frontend: Frontend, sourceRanges: [String] = [], transport: TransportProtocol = .tcp
    ) throws -> ListenerPlan {
        let name = ServicePortName(service: NamespacedName(namespace: "default", name: "web"), transport: transport)
        let route = ServicePortRoute(
            key: RouteKey(name: name, family: .ipv4), frontends: [frontend], clusterBackends: [],
            sourceRanges: try sourceRanges.map { try #require(IPNetwork($0)) })
        return ListenerPlan(frontend, of: route, on: machine)
    }

    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test("a clusterIP accepts all clients and treats them alike")
    func clusterIP() throws {
        let plan = try plan(Frontend(kind: .clusterIP, address: try address("10.96.0.5"), port: 80))
        #expect(plan.filter == .everyone)
        #expect(plan.insideNetworks.isEmpty)
        #expect(!plan.isRefused)
        #expect(plan.place.text == "TCP 10.96.0.5:80")
    }

    @Test("without endpoints there is no socket")
    func refused() throws {
        #expect(try plan(Frontend(kind: .nodePort, address: nil, port: 30_080, inside: .refuse)).isRefused)
    }

    @Test("if no client is served, the socket accepts none: packets are dropped, not refused")
    func dropped() throws {
        let plan = try plan(Frontend(kind: .clusterIP, address: try address("10.96.0.5"), port: 80, inside: .drop))
        #expect(plan.filter == .nobody)
        #expect(!plan.isRefused)
    }

    @Test("if clients outside are dropped, the socket accepts pods and the node")
    func outsideDropped() throws {
        let plan = try plan(
            Frontend(
                kind: .loadBalancer, address: try address("192.0.2.10"), port: 80, inside: .clusterBackends,
                outside: .drop))
        for (source, isHeard) in [
            ("10.244.3.4", true), ("172.30.0.2", true), ("127.0.0.1", true), ("203.0.113.10", false),
        ] { #expect(plan.filter.admits(try address(source)) == isHeard, "\(source)") }
    }

    @Test("if clients outside get other endpoints, the networks inside are known")
    func split() throws {
        let plan = try plan(
            Frontend(kind: .nodePort, address: nil, port: 30_080, inside: .clusterBackends, outside: .localBackends))
        #expect(plan.filter == .everyone)
        #expect(plan.insideNetworks.contains { $0.contains(IPAddress(ipv4: 0x0AF4_0304)) })
    }

    @Test("the socket accepts the source ranges, and the frontend's own address if admitted")
    func sourceRanges() throws {
        var frontend = Frontend(
            kind: .loadBalancer, address: try address("192.0.2.10"), port: 80, admission: .sourceRanges)
        let plain = try plan(frontend, sourceRanges: ["203.0.113.0/24"])
        frontend.admission = .sourceRangesAndItself
        let withItself = try plan(frontend, sourceRanges: ["203.0.113.0/24"])
        for plan in [plain, withItself] {
            #expect(plan.filter.admits(try address("203.0.113.10")))
            #expect(!plan.filter.admits(try address("198.51.100.20")))
        }
        #expect(!plain.filter.admits(try address("192.0.2.10")))
        #expect(withItself.filter.admits(try address("192.0.2.10")))
    }
}
