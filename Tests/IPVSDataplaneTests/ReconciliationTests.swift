import IPSet
import IPVS
import InternetAddresses
import ServiceRouting
import Testing

@testable import IPVSDataplane

@Suite("Reconciliation")
struct ReconciliationTests {
    private static let web = route("web", to: backends("10.244.0.5", "10.244.1.5"))

    /// A kernel that holds exactly what the routes need.
    private func kernel(_ routes: [ServicePortRoute]) -> KernelState {
        let state = DesiredState.holding(routes)
        var kernel = KernelState()
        for plan in state.plans(inOrderOf: routes.map(\.key)) {
            kernel.servers[plan.server.key] = KernelState.Server(
                server: plan.server,
                realServers: plan.backends.map { RealServerStatus(server: RealServer(key: RealServer.Key($0))) })
        }
        for set in SetID.all { kernel.sets[set] = Set(state.entries(of: set)) }
        kernel.addresses = state.addresses
        return kernel
    }

    private func reconcile(_ routes: [ServicePortRoute], with kernel: KernelState) -> Reconciliation {
        Reconciliation(of: .holding(routes), order: routes.map(\.key), with: kernel)
    }

    @Test("nothing is written if everything is there")
    func nothing() {
        let reconciliation = reconcile([Self.web], with: kernel([Self.web]))
        #expect(reconciliation.edits.isEmpty)
        #expect(reconciliation.edits.damage.isEmpty)
    }

    @Test("on an empty kernel everything is added, in the order of the routes")
    func empty() {
        let routes = (1...5).reversed().map { route("web-\($0)", "10.96.0.\($0)", to: backends("10.244.1.5")) }
        let edits = reconcile(routes, with: KernelState()).edits
        #expect(edits.servers.map(\.route) == routes.map(\.key))
        #expect(edits.servers.allSatisfy { $0.action == .add })
        #expect(edits.newAddresses.count == 5)
    }

    @Test("virtual servers that are added at addresses of the machine are recognised")
    func ownAddresses() {
        var web = Self.web
        web.frontends.append(Frontend(kind: .nodePort, address: ip("172.30.0.2"), port: 30080))
        let (own, other) = (Set([ip("172.30.0.2")]), Set([ip("172.30.0.3")]))
        let added = reconcile([web], with: kernel([Self.web])).edits
        #expect(added.adds(at: own) && !added.adds(at: other))
        #expect(!reconcile([web], with: kernel([web])).edits.adds(at: own))
    }

    @Test("missing, changed and foreign state is repaired and named")
    func damage() throws {
        var kernel = kernel([Self.web])
        kernel.servers[server()]?.server.scheduler = Scheduler("wlc")
        kernel.servers[server()]?.realServers.removeFirst()
        kernel.servers[server("10.96.0.9")] = kernel.servers[server()]
        kernel.addresses = [ip("10.96.0.9")]
        kernel.sets[SetID(.clusterIP, .ipv4)] = [.addressPort(ip("10.96.0.9"), .tcp, 80)]
        let edits = reconcile([Self.web], with: kernel).edits
        let edit = try #require(edits.servers.first)
        #expect(edit.action == .update)
        #expect(edit.additions == [real("10.244.0.5")])
        #expect(edits.staleServers == [server("10.96.0.9")])
        #expect(edits.newAddresses == [ip("10.96.0.1")] && edits.staleAddresses == [ip("10.96.0.9")])
        #expect(
            edits.damage == [
                "settings of virtual server TCP 10.96.0.1:80", "1 real servers of virtual server TCP 10.96.0.1:80",
                "foreign virtual server TCP 10.96.0.9:80", "address 10.96.0.1", "foreign address 10.96.0.9",
                "1 entries of set KUBE-CLUSTER-IP", "1 foreign entries of set KUBE-CLUSTER-IP",
            ])
    }

    @Test("endpoints left half-drained by an earlier process keep draining, and are removed when idle")
    func halfDrained() throws {
        var kernel = kernel([Self.web])
        kernel.servers[server()]?.realServers += [
            RealServerStatus(server: RealServer(key: real("10.244.1.7"), weight: 0), activeConnections: 1),
            RealServerStatus(server: RealServer(key: real("10.244.1.8"), weight: 0)),
            RealServerStatus(server: RealServer(key: real("10.244.1.9")), inactiveConnections: 2),
        ]
        let reconciliation = reconcile([Self.web], with: kernel)
        let edit = try #require(reconciliation.edits.servers.first)
        #expect(edit.removals == [real("10.244.1.8")])
        #expect(edit.drains == [real("10.244.1.9")])
        #expect(reconciliation.draining == [server(): [real("10.244.1.7"), real("10.244.1.9")]])
    }

    @Test("an endpoint that is wanted again gets its weight back")
    func revival() throws {
        var kernel = kernel([Self.web])
        kernel.servers[server()]?.realServers[0].server.weight = 0
        let edit = try #require(reconcile([Self.web], with: kernel).edits.servers.first)
        #expect(edit.revivals == [real("10.244.0.5")])
    }

    @Test("UDP: an endpoint that no longer serves is removed with its flows")
    func datagrams() throws {
        let dns = route("dns", "10.96.0.10", .udp, to: backends("10.244.1.5"), serving: backends("10.244.1.5"))
        var kernel = kernel([dns])
        kernel.servers[server("10.96.0.10", .udp)]?.realServers += [
            RealServerStatus(server: RealServer(key: real("10.244.1.7")), activeConnections: 9)
        ]
        let edit = try #require(reconcile([dns], with: kernel).edits.servers.first)
        #expect(edit.removals == [real("10.244.1.7")])
        #expect(edit.drains == [])
    }
}
