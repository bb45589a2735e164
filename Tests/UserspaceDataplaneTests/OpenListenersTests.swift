import Dataplane
import InternetAddresses
import KubernetesAPI
import ServiceRouting
import Testing
import UserspaceProxy

@testable import UserspaceDataplane

@Suite("Open listeners")
struct OpenListenersTests {
    private let own = [IPAddress(ipv4: 0xAC1E_0002), IPAddress(ipv4: 0x7F00_0001)]
    private let clusterIP = IPAddress(ipv4: 0x0A60_000A)
    private let registry = OpenListeners()

    private func key(_ name: String) -> RouteKey {
        RouteKey(
            name: ServicePortName(
                service: NamespacedName(namespace: "default", name: name), transport: .udp), family: .ipv4)
    }

    /// Opens a socket for the frontend, and returns its port.
    private func open(_ address: IPAddress?, of key: RouteKey, isRedirected: Bool = false) throws -> UInt16 {
        let frontend = Frontend(kind: address == nil ? .nodePort : .clusterIP, address: address, port: 53)
        let route = ServicePortRoute(key: key, frontends: [frontend], clusterBackends: [])
        let socket = try ListeningSocket(.udp, RelayAddress(IPAddress(ipv4: 0), 0))
        registry.set(
            OpenListeners.Entry(
                plan: ListenerPlan(frontend, of: route, on: MachineView()), socket: socket,
                relay: RouteRelay(route, counters: RelayCounters()), isRedirected: isRedirected, inside: .refuse,
                outside: .refuse))
        return socket.address.port
    }

    @Test("packets arrive where they are redirected to, at the frontend's address, or at any of the machine's")
    func arrivals() throws {
        let (dns, other) = (key("dns"), key("other"))
        registry.setAddresses(Set(own), targets: [.ipv4: own[0]])
        let redirected = try open(clusterIP, of: dns, isRedirected: true)
        let nodePort = try open(nil, of: dns)
        let bound = try open(own[1], of: other)
        let arrivals = registry.arrivals(of: [dns, other, key("none")])
        #expect(
            arrivals[dns].map(Set.init)
                == Set([
                    Backend(address: own[0], port: redirected), Backend(address: own[0], port: nodePort),
                    Backend(address: own[1], port: nodePort),
                ]))
        #expect(arrivals[other] == [Backend(address: own[1], port: bound)])
        #expect(arrivals[key("none")] == nil)
        #expect(registry.arrivals(of: [other]).count == 1)
    }
}
