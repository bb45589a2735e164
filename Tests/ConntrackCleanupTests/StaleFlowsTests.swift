import Conntrack
import ConntrackCleanup
import InternetAddresses
import ServiceRouting
import Testing

@Suite("StaleFlows")
struct StaleFlowsTests {
    @Test("connections to a removed backend are stale, those to a remaining one are not")
    func lostBackend() {
        let cleanup = after(change(route(1, 2, 3), route(1, 3)))
        #expect(cleanup.contains(entry(by: 2)))
        #expect(!cleanup.contains(entry(by: 1)))
        #expect(!cleanup.contains(entry(by: 3)))
        #expect(cleanup.families == [.ipv4])
    }

    @Test("a backend with a changed port is a different one")
    func changedPort() {
        var new = route()
        new.servingBackends = backends([1], port: 5454)
        let cleanup = after(change(route(1), new))
        #expect(cleanup.contains(entry(by: 1, backendPort: 5353)))
        #expect(!cleanup.contains(entry(by: 1, backendPort: 5454)))
    }

    @Test("the first backend makes untranslated connections stale")
    func firstBackend() {
        let cleanup = after(change(route(), route(1)))
        #expect(cleanup.contains(entry()))
        #expect(cleanup.contains(entry(to: nodeAddress, nodePort)))
        #expect(!cleanup.contains(entry(by: 1)))
    }

    @Test("a new Service with backends counts as one that got its first backend")
    func newService() {
        let cleanup = after(change(nil, route(1)))
        #expect(cleanup.contains(entry()))
        #expect(after(change(nil, route())).isEmpty)
    }

    @Test("removing the last backend makes all connections stale")
    func lastBackend() {
        let cleanup = after(change(route(1), route()))
        #expect(cleanup.contains(entry(by: 1)))
        #expect(cleanup.contains(entry()))
    }

    @Test("an additional backend makes nothing stale")
    func oneMoreBackend() {
        #expect(after(change(route(1), route(1, 2))).isEmpty)
        #expect(!after(change(route(1), route(1, 2))).contains(entry(by: 9)))
    }

    @Test("a deleted Service makes its translated connections stale, but no others to the address")
    func deletedService() {
        let cleanup = after(change(route(1), nil))
        #expect(cleanup.contains(entry(by: 1)))
        #expect(cleanup.contains(entry(to: nodeAddress, nodePort, by: 1)))
        #expect(!cleanup.contains(entry()))
        #expect(after(change(route(), nil)).isEmpty)
    }

    @Test("an address removed from a Service is cleaned up, its other addresses are not")
    func lostFrontend() {
        let both = [
            Frontend(kind: .clusterIP, address: clusterIP, port: 53),
            Frontend(kind: .externalIP, address: ip("192.0.2.1"), port: 53),
        ]
        let cleanup = after(change(route(1, frontends: both), route(1, frontends: [both[0]])))
        #expect(cleanup.contains(entry(to: ip("192.0.2.1"), by: 1)))
        #expect(!cleanup.contains(entry(by: 1)))
        #expect(!cleanup.contains(entry(by: 7)))
    }

    @Test("an address added to a Service with backends makes untranslated connections stale")
    func newFrontend() {
        let both = [
            Frontend(kind: .clusterIP, address: clusterIP, port: 53),
            Frontend(kind: .loadBalancer, address: ip("192.0.2.1"), port: 53),
        ]
        let cleanup = after(change(route(1, frontends: [both[0]]), route(1, frontends: both)))
        #expect(cleanup.contains(entry(to: ip("192.0.2.1"))))
        #expect(!cleanup.contains(entry()))
    }

    @Test(
        "an address that moves from one Service to another keeps flows to the new one", arguments: [false, true])
    func movedFrontend(isReversed: Bool) {
        var entries = [
            RoutingChange.Entry(key: key("a"), old: route(1, 2, key: key("a")), new: nil),
            RoutingChange.Entry(key: key("b"), old: nil, new: route(2, 3, key: key("b"))),
        ]
        if isReversed { entries.reverse() }
        let cleanup = after(RoutingChange(entries: entries))
        #expect(cleanup.contains(entry(by: 1)))
        #expect(!cleanup.contains(entry(by: 2)))
        #expect(cleanup.contains(entry()))
    }

    @Test("a node port is one of the node's own addresses, and of no other host")
    func nodePorts() {
        let cleanup = after(change(route(1, 2), route(1)))
        #expect(cleanup.contains(entry(to: nodeAddress, nodePort, by: 2)))
        #expect(!cleanup.contains(entry(to: nodeAddress, nodePort, by: 1)))
        #expect(!cleanup.contains(entry(to: ip("198.51.100.1"), nodePort)))
        #expect(!cleanup.contains(entry(to: nodeAddress, 53, by: 2)))
    }

    @Test("TCP and SCTP notice by themselves", arguments: [TransportProtocol.tcp, .sctp])
    func otherProtocols(transport: TransportProtocol) {
        let routeKey = key("dns", transport)
        #expect(after(change(route(1, key: routeKey), route(key: routeKey), key: routeKey)).isEmpty)
        #expect(!after(change(route(1), route())).contains(entry(by: 1, transport: transport)))
    }

    @Test("a change of policy or topology alone moves no flows: all endpoints serve as before")
    func policies() {
        #expect(after(change(route(1, 2), route(1, local: [1], draining: [2]))).isEmpty)
    }

    @Test("a flow stays with a draining endpoint until it no longer serves")
    func draining() {
        #expect(after(change(route(1, 2), route(2, draining: [1]))).isEmpty)
        let cleanup = after(change(route(2, draining: [1]), route(2)))
        #expect(cleanup.contains(entry(by: 1)))
        #expect(!cleanup.contains(entry(by: 2)))
    }

    @Test("after a start every flow to no serving endpoint is stale, whatever its origin")
    func snapshot() {
        let flows = StaleFlows(after: RoutingSnapshot(routes: [route(1, draining: [3])]))
        #expect(!flows.contains(entry(by: 1)))
        #expect(flows.contains(entry(by: 2)))
        #expect(!flows.contains(entry(by: 3)))
        #expect(StaleFlows(after: RoutingSnapshot(routes: [route()])).contains(entry(by: 1)))
    }

    @Test("other ports of the same address are left alone")
    func otherPorts() {
        let cleanup = after(change(route(1), route()))
        #expect(!cleanup.contains(entry(to: clusterIP, 54, by: 1)))
        #expect(!cleanup.contains(entry(to: ip("10.96.0.11"), by: 1)))
    }

    @Test("each family has its own rules")
    func families() {
        let address = ip("fd00:10:96::10")
        let frontends = [Frontend(kind: .clusterIP, address: address, port: 53)]
        let routeKey = key("dns", .udp, .ipv6)
        let old = ServicePortRoute(
            key: routeKey, frontends: frontends, clusterBackends: [],
            servingBackends: [Backend(address: ip("fd00::1"), port: 53)])
        let new = ServicePortRoute(key: routeKey, frontends: frontends, clusterBackends: [])
        let cleanup = after(change(old, new, key: routeKey))
        #expect(cleanup.families == [.ipv6])
        #expect(cleanup.contains(entry(to: address)))
    }

    @Test("in merged changes the latest rule for each frontend applies")
    func merging() {
        var cleanup = after(change(route(1, 2), route(2)))
        cleanup.merge(after(change(route(2), route(3))))
        #expect(cleanup.contains(entry(by: 1)))
        #expect(cleanup.contains(entry(by: 2)))
        #expect(!cleanup.contains(entry(by: 3)))
        cleanup.merge(after(change(route(3), nil)))
        #expect(cleanup.contains(entry(by: 3)))
        #expect(!cleanup.contains(entry()))
    }

    @Test("a backend added later is spared by earlier rules")
    func laterBackend() {
        var cleanup = after(change(route(1, 2), route(1)))
        cleanup.merge(after(change(route(1), route(1, 9))))
        #expect(cleanup.contains(entry(by: 2)))
        #expect(!cleanup.contains(entry(by: 9)))
    }

    @Test("a later change without node ports keeps the node's addresses")
    func mergingWithoutNodePorts() {
        let frontends = [Frontend(kind: .clusterIP, address: ip("10.96.0.99"), port: 53)]
        let other = change(route(1, key: key("other"), frontends: frontends), nil, key: key("other"))
        var cleanup = after(change(route(1, 2), route(1)))
        cleanup.merge(StaleFlows(after: other, nodePorts: NodePortAddresses()))
        #expect(cleanup.contains(entry(to: nodeAddress, nodePort, by: 2)))
        #expect(cleanup.contains(entry(to: ip("10.96.0.99"), by: 1)))
    }

    @Test("merging nothing changes nothing")
    func mergingNothing() {
        let before = after(change(route(1, 2), route(1)))
        var cleanup = before
        cleanup.merge(StaleFlows())
        #expect(cleanup == before)
        #expect(cleanup.contains(entry(to: nodeAddress, nodePort, by: 2)))
        var empty = StaleFlows()
        #expect(empty.isEmpty)
        empty.merge(before)
        #expect(empty == before)
        #expect(empty.contains(entry(to: nodeAddress, nodePort, by: 2)))
    }

    private func after(_ change: RoutingChange) -> StaleFlows {
        StaleFlows(after: change, nodePorts: NodePortAddresses([nodeAddress, ip("172.30.0.3")]))
    }

    @Test("flows to the sockets of a process that carries them itself stay, whichever endpoints serve")
    func carried() {
        let node = ServiceRouting.Backend(address: nodeAddress, port: 40_000)
        let open = ServiceRouting.Backend(address: nodeAddress, port: nodePort)
        let arrivals = [key(): [node, open]]
        let changed = change(route(1, 2), route(1))
        let snapshot = RoutingSnapshot(routes: [route(1)], nodePorts: NodePortAddresses([nodeAddress]))
        for stale in [
            StaleFlows(after: changed, nodePorts: NodePortAddresses([nodeAddress]), arrivals: arrivals),
            StaleFlows(after: snapshot, arrivals: arrivals),
        ] {
            var redirected = entry()
            (redirected.replySource, redirected.replySourcePort) = (nodeAddress, 40_000)
            #expect(!stale.contains(redirected))
            #expect(!stale.contains(entry(to: nodeAddress, nodePort)))
            // Those of an earlier process, of another mode, and those past the proxy.
            redirected.replySourcePort = 40_001
            #expect(stale.contains(redirected))
            #expect(stale.contains(entry(by: 1)))
            #expect(stale.contains(entry()))
        }
    }
}
