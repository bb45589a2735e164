import Dataplane
import InternetAddresses
import ServiceRouting
import Testing

@testable import UserspaceDataplane

@Suite("Listeners as text")
struct ListenerTextTests {
    private func entry(
        _ address: String?, _ transport: TransportProtocol, inside: InspectedFrontend.Destination,
        outside: InspectedFrontend.Destination, redirectPort: UInt16? = nil
    ) -> ListenerText.Entry {
        let ip = address.flatMap { IPAddress($0) }
        let place = InspectedFrontend.Place(
            address: ip, family: ip?.family ?? .ipv6, port: 80, transport: transport)
        return ListenerText.Entry(
            frontend: InspectedFrontend(place, inside: inside, outside: outside), redirectPort: redirectPort)
    }

    @Test("written listeners are read back")
    func roundTrip() {
        let backends = Set((1...3).map { Backend(address: IPAddress(ipv4: $0), port: 8080) })
        let far = Set([Backend(address: IPAddress(ipv6High: 1, low: 2), port: 9)])
        let entries = [
            entry("10.96.0.5", .tcp, inside: .backends(backends), outside: .backends(backends), redirectPort: 41_234),
            entry("fd00::5", .udp, inside: .backends(far), outside: .drop),
            entry(nil, .tcp, inside: .backends(backends), outside: .refuse),
        ]
        let lines = entries.flatMap { ListenerText.lines($0) }.map { Substring($0) }
        #expect(ListenerText.read(lines) == entries)
    }

    @Test(
        "other text is refused",
        arguments: [
            "", "hello", "listener TCP IPv4 nonsense 80 direct", "inside refuse", "listener TCP",
            "listener TCP IPv4 10.96.0.5 80 redirected", "listener TCP IPv4 10.96.0.5 80 redirected:x",
        ])
    func nonsense(text: String) {
        #expect(ListenerText.read([Substring(text)]) == nil)
    }
}
