import KubernetesTestKit
import RoutingTestKit
import ServiceRouting
import Testing

@testable import IPVSDataplane

@Suite("The state of recorded clusters")
struct RecordedStateTests {
    @Test("all clusters are found")
    func count() {
        #expect(RecordedScenario.names.count == 20)
    }

    @Test(
        "servers, sets, addresses and rules are those of kube-proxy",
        arguments: RecordedScenario.names.filter { $0 != "17-not-proxied" })
    func state(name: String) throws {
        let state = DesiredState.holding(try Self.routes(name))
        let difference = try RecordedIPVS(scenario: name).difference(to: RecordedIPVS(state.listing()))
        #expect(difference == [])
    }

    @Test("Services that are not proxied leave only what always exists")
    func notProxied() throws {
        let state = DesiredState.holding(try Self.routes("17-not-proxied"))
        let listing = RecordedIPVS(state.listing())
        let empty = RecordedIPVS(DesiredState.holding([]).listing())
        #expect(listing == empty)
        #expect(empty.servers.isEmpty && empty.entries.isEmpty && empty.addresses.isEmpty)
    }

    /// Recorded on a node on which node ports are open on 127.0.0.1, too.
    private static func routes(_ name: String) throws -> [ServicePortRoute] {
        try RecordedScenario(
            name, nodePorts: .listed, machineAddresses: RecordedScenario.nodeAddresses + [ip("127.0.0.1")]
        ).routes
    }
}
