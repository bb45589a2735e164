import ServiceRouting
import Testing

@testable import ConnectionCounters

@Suite("Counted routes")
struct CountedRoutesTests {
    let web = RouteKey("web")
    let api = RouteKey("api")

    private func routes(_ changes: CountedChanges...) -> CountedRoutes {
        changes.reduce(into: CountedRoutes()) { $0.commit($1) }
    }

    @Test("a route has the connections of all its places")
    func sum() {
        var routes = routes(CountedChanges(ServicePortRoute(web, at: "10.96.0.1", "192.0.2.1")))
        routes.take([CountedPlace("10.96.0.1"): 3, CountedPlace("192.0.2.1"): 4, CountedPlace("10.96.0.9"): 5])
        #expect(routes.totals == [web: 7])
    }

    @Test("only added and removed places are edits")
    func edits() {
        let routes = routes(CountedChanges(ServicePortRoute(web, at: "10.96.0.1", "192.0.2.1")))
        let edits = routes.edits(CountedChanges(web, ServicePortRoute(web, at: "10.96.0.1", "192.0.2.2")))
        #expect(edits.removed == [CountedPlace("192.0.2.1")])
        #expect(edits.added == [CountedPlace("192.0.2.2")])
        #expect(routes.edits(CountedChanges(web, ServicePortRoute(web, at: "192.0.2.1", "10.96.0.1"))).isEmpty)
    }

    @Test("a snapshot removes routes that are not in it")
    func snapshot() {
        var routes = routes(
            CountedChanges(ServicePortRoute(web, at: "10.96.0.1"), ServicePortRoute(api, at: "10.96.0.2")))
        let changes = CountedChanges(ServicePortRoute(api, at: "10.96.0.2"))
        #expect(routes.edits(changes).removed == [CountedPlace("10.96.0.1")])
        routes.commit(changes)
        #expect(routes.totals == [api: 0])
    }

    @Test("connections to a route's former place stay counted, those of a removed route do not")
    func monotonic() {
        var routes = routes(CountedChanges(ServicePortRoute(web, at: "10.96.0.1", "192.0.2.1")))
        routes.take([CountedPlace("10.96.0.1"): 3, CountedPlace("192.0.2.1"): 4])
        routes.commit(CountedChanges(web, ServicePortRoute(web, at: "10.96.0.1")))
        #expect(routes.totals == [web: 7])
        routes.commit(CountedChanges(web, nil))
        #expect(routes.totals.isEmpty)
        routes.commit(CountedChanges(web, ServicePortRoute(web, at: "10.96.0.1")))
        #expect(routes.totals == [web: 0])
    }

    @Test("a place that moves to another route starts from 0 there")
    func moves() {
        var routes = routes(
            CountedChanges(ServicePortRoute(web, at: "10.96.0.1", "192.0.2.1"), ServicePortRoute(api, at: "10.96.0.2")))
        routes.take([CountedPlace("192.0.2.1"): 4])
        var changes = CountedChanges(api, ServicePortRoute(api, at: "10.96.0.2", "192.0.2.1"))
        changes.merge(CountedChanges(web, ServicePortRoute(web, at: "10.96.0.1")))
        let edits = routes.edits(changes)
        #expect(edits.removed == [CountedPlace("192.0.2.1")] && edits.added == edits.removed)
        routes.commit(changes)
        routes.take([CountedPlace("192.0.2.1"): 1])
        #expect(routes.totals == [web: 4, api: 1])
    }

    @Test("counts that the kernel loses are remembered")
    func restart() {
        var routes = routes(CountedChanges(ServicePortRoute(web, at: "10.96.0.1")))
        routes.take([CountedPlace("10.96.0.1"): 3])
        routes.restart()
        routes.take([CountedPlace("10.96.0.1"): 2])
        #expect(routes.totals == [web: 5])
    }

    @Test("the latest pending change of each route counts, and a snapshot replaces all")
    func merging() {
        var changes = CountedChanges(web, ServicePortRoute(web, at: "10.96.0.1"))
        changes.merge(CountedChanges(web, nil))
        changes.merge(CountedChanges(api, ServicePortRoute(api, at: "10.96.0.2")))
        #expect(changes.places == [web: [], api: [CountedPlace("10.96.0.2")]])
        changes.merge(CountedChanges(ServicePortRoute(web, at: "10.96.0.3")))
        #expect(changes.isEverything && changes.places == [web: [CountedPlace("10.96.0.3")]])
        #expect(CountedChanges().isEmpty && !CountedChanges(RoutingSnapshot()).isEmpty)
    }
}
