import IPSet
import IPVS
import InternetAddresses
import ServiceRouting
import Testing

@testable import IPVSDataplane

@Suite("DesiredState")
struct DesiredStateTests {
    @Test("a new Service gets its entries, its server and its address")
    func arrival() throws {
        var state = DesiredState.holding([])
        let edits = state.apply(change(nil, route("web", to: backends("10.244.0.5", "10.244.1.5"))))
        let edit = try #require(edits.servers.first)
        #expect(edits.servers.count == 1)
        #expect(edit.action == .add)
        #expect(edit.additions == [real("10.244.0.5"), real("10.244.1.5")])
        #expect(edits.newAddresses == [ip("10.96.0.1")])
        #expect(edits.newEntries[SetID(.clusterIP, .ipv4)] == [.addressPort(ip("10.96.0.1"), .tcp, 80)])
        #expect(edits.newEntries[SetID(.loopBack, .ipv4)]?.count == 1)
        #expect(edits.staleEntries.isEmpty && edits.staleServers.isEmpty && edits.staleAddresses.isEmpty)
    }

    @Test("one endpoint's change is one real server's")
    func flip() throws {
        let old = route("web", to: backends("10.244.1.5", "10.244.1.6"))
        let new = route("web", to: backends("10.244.1.6", "10.244.1.7"))
        var state = DesiredState.holding([old, route("other", "10.96.0.2", to: backends("10.244.1.5"))])
        let edits = state.apply(change(old, new))
        #expect(edits.newEntries.isEmpty && edits.staleEntries.isEmpty)
        #expect(edits.newAddresses.isEmpty && edits.staleAddresses.isEmpty && edits.staleServers.isEmpty)
        let edit = try #require(edits.servers.first)
        #expect(edits.servers.count == 1)
        #expect(edit.action == .keep)
        #expect(edit.additions == [real("10.244.1.7")])
        #expect(edit.drains == [real("10.244.1.5")])
        #expect(edit.revivals.isEmpty && edit.removals.isEmpty)
    }

    @Test("an endpoint that returns while draining is revived, not added")
    func revival() throws {
        let both = route("web", to: backends("10.244.1.5", "10.244.1.6"))
        let one = route("web", to: backends("10.244.1.6"))
        var state = DesiredState.holding([both])
        _ = state.apply(change(both, one))
        #expect(state.draining == [server(): [real("10.244.1.5")]])
        let edits = state.apply(change(one, both))
        #expect(edits.servers.first?.revivals == [real("10.244.1.5")])
        #expect(edits.servers.first?.additions == [])
        #expect(state.draining.isEmpty)
    }

    @Test("UDP: an endpoint that still serves drains, one that does not is removed at once")
    func datagrams() throws {
        let all = backends("10.244.1.5", "10.244.1.6", "10.244.1.7")
        let old = route("dns", "10.96.0.10", .udp, to: all, serving: all)
        let some = route(
            "dns", "10.96.0.10", .udp, to: backends("10.244.1.7"), serving: backends("10.244.1.6", "10.244.1.7"))
        var state = DesiredState.holding([old])
        let first = try #require(state.apply(change(old, some)).servers.first)
        #expect(first.removals == [real("10.244.1.5")])
        #expect(first.drains == [real("10.244.1.6")])
        let last = route("dns", "10.96.0.10", .udp, to: backends("10.244.1.7"), serving: backends("10.244.1.7"))
        let second = try #require(state.apply(change(some, last)).servers.first)
        #expect(second.removals == [real("10.244.1.6")])
        #expect(state.draining.isEmpty)
    }

    @Test("what several Services share stays until the last one is removed")
    func sharing() {
        let one = route("one", to: backends("10.244.0.5"))
        var two = route("two", to: backends("10.244.0.5"))
        two.frontends[0].port = 81
        var state = DesiredState.holding([one, two])
        let first = state.apply(change(one, nil))
        #expect(first.staleServers == [server()])
        #expect(first.staleAddresses.isEmpty)
        #expect(first.staleEntries == [SetID(.clusterIP, .ipv4): [.addressPort(ip("10.96.0.1"), .tcp, 80)]])
        let second = state.apply(change(two, nil))
        #expect(second.staleAddresses == [ip("10.96.0.1")])
        #expect(second.staleEntries[SetID(.loopBack, .ipv4)]?.count == 1)
        #expect(second.staleEntries[SetID(.ipvsIPs, .ipv4)] == [.address(ip("10.96.0.1"))])
    }

    @Test("a frontend that moves from one Service to another keeps its virtual server")
    func movingFrontend() throws {
        let old = route("blue", to: backends("10.244.1.5"))
        let new = route("green", to: backends("10.244.1.6"))
        var state = DesiredState.holding([old])
        let edits = state.apply(change(old, nil) + change(nil, new))
        #expect(edits.staleServers.isEmpty && edits.newAddresses.isEmpty && edits.staleAddresses.isEmpty)
        #expect(edits.newEntries.isEmpty && edits.staleEntries.isEmpty)
        let edit = try #require(edits.servers.first)
        #expect(edit.action == .keep)
        #expect(edit.additions == [real("10.244.1.6")])
        #expect(edit.drains == [real("10.244.1.5")])
    }

    @Test("affinity and scheduler are changed in place")
    func settings() throws {
        let old = route("web", to: backends("10.244.1.5"))
        let new = route("web", to: backends("10.244.1.5"), affinity: 600, scheduler: "sh,sh-port")
        var state = DesiredState.holding([old])
        let edit = try #require(state.apply(change(old, new)).servers.first)
        #expect(edit.action == .update)
        #expect(edit.server.persistence == 600)
        #expect(edit.server.scheduler == Scheduler("sh", flags: .port))
        #expect(edit.additions.isEmpty && edit.drains.isEmpty)
    }

    @Test("a scheduler that is unknown, or that the kernel lacks, is replaced by the node's")
    func schedulers() {
        var context = RouteContext(scheduler: Scheduler("lc"))
        let backends = backends("10.244.1.5")
        #expect(context.scheduler(of: route("web", to: backends, scheduler: "wlc")).name == "wlc")
        #expect(context.scheduler(of: route("web", to: backends, scheduler: "best")).name == "lc")
        context.missingSchedulers = ["wlc"]
        #expect(context.scheduler(of: route("web", to: backends, scheduler: "wlc")).name == "lc")
    }

    @Test("the node's own addresses are not bound to our interface; clusterIPs always are")
    func ownAddresses() {
        var external = route("web", to: backends("10.244.1.5"))
        external.frontends.append(Frontend(kind: .externalIP, address: ip("192.0.2.1"), port: 80))
        external.frontends.append(Frontend(kind: .loadBalancer, address: ip("192.0.2.2"), port: 80))
        let state = DesiredState.holding([external], ownAddresses: [ip("192.0.2.1"), ip("10.96.0.1")])
        #expect(state.addresses == [ip("10.96.0.1"), ip("192.0.2.2")])
        #expect(state.plans(inOrderOf: state.routes.keys).count == 3)
    }

    @Test("source ranges of all addresses become two halves, which a set can hold")
    func allSources() {
        var guarded = route("web", to: backends("10.244.1.5"))
        guarded.sourceRanges = ["0.0.0.0/0"].compactMap { IPNetwork($0) }
        guarded.frontends.append(
            Frontend(kind: .loadBalancer, address: ip("192.0.2.2"), port: 80, admission: .sourceRangesAndItself))
        let state = DesiredState.holding([guarded])
        let entries = Set(state.entries(of: SetID(.loadBalancerSourceCIDR, .ipv4)).map(\.description))
        #expect(entries == ["192.0.2.2,tcp:80,0.0.0.0/1", "192.0.2.2,tcp:80,128.0.0.0/1"])
        #expect(state.entries(of: SetID(.loadBalancerSourceIP, .ipv4)).count == 1)
        #expect(state.nodeBarriers(of: .ipv4).isEmpty)
    }

    @Test("clients outside get local endpoints; if there are none, those inside still get theirs")
    func localPolicy() throws {
        let frontend = Frontend(
            kind: .loadBalancer, address: ip("192.0.2.2"), port: 80, inside: .clusterBackends,
            outside: .localBackends, masquerade: .thisNode)
        var local = route("web", to: backends("10.244.0.5", "10.244.1.5"))
        local.localBackends = backends("10.244.0.5")
        local.frontends = [frontend]
        #expect(DesiredState.holding([local]).backends(of: server("192.0.2.2")) == [real("10.244.0.5")])
        local.localBackends = []
        local.frontends[0].outside = .drop
        let everybody = [real("10.244.0.5"), real("10.244.1.5")]
        #expect(DesiredState.holding([local]).backends(of: server("192.0.2.2")) == everybody)
    }
}

extension DesiredState {
    fileprivate func backends(of server: VirtualServer.Key) -> [RealServer.Key] {
        plans(inOrderOf: routes.keys).first { $0.server.key == server }?.backends.map { RealServer.Key($0) } ?? []
    }
}
