import KubernetesTestKit
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
        let state = DesiredState.holding(try RecordedScenario.routes(name))
        let difference = try RecordedIPVS(scenario: name).difference(to: RecordedIPVS(state.listing()))
        #expect(difference == [])
    }

    @Test("Services that are not proxied leave only what always exists")
    func notProxied() throws {
        let state = DesiredState.holding(try RecordedScenario.routes("17-not-proxied"))
        let listing = RecordedIPVS(state.listing())
        let empty = RecordedIPVS(DesiredState.holding([]).listing())
        #expect(listing == empty)
        #expect(empty.servers.isEmpty && empty.entries.isEmpty && empty.addresses.isEmpty)
    }
}
