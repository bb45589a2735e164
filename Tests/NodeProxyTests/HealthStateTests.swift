import Foundation
import NodeProxy
import Testing

@Suite("Health")
struct HealthStateTests {
    let start = ContinuousClock.now
    let time = Date(timeIntervalSince1970: 1_795_240_800)

    @Test("before the first programming we are alive, but not healthy")
    func starting() {
        let state = HealthState()
        #expect(!state.isHealthy(at: start))
        #expect(state.isAlive(at: start + .seconds(3600)))
    }

    @Test("an update that waits for more than a minute makes us unhealthy until it is programmed")
    func latency() {
        var state = HealthState()
        state.programmed(at: start)
        state.queued(at: start)
        state.queued(at: start + .seconds(59))
        #expect(state.isHealthy(at: start + .seconds(60)))
        #expect(!state.isHealthy(at: start + .seconds(61)))
        #expect(!state.isAlive(at: start + .seconds(61)))
        state.programmed(at: start + .seconds(62))
        #expect(state.isHealthy(at: start + .seconds(1000)))
    }

    @Test("damage that cannot be repaired for more than a minute makes us unhealthy until it is")
    func damage() {
        var state = HealthState()
        state.programmed(at: start)
        state.repairFailed(at: start)
        state.repairFailed(at: start + .seconds(50))
        #expect(state.isHealthy(at: start + .seconds(60)))
        #expect(!state.isAlive(at: start + .seconds(61)))
        state.repaired()
        #expect(state.isHealthy(at: start + .seconds(61)))
    }

    @Test("a Node about to be removed is not healthy, but alive")
    func leaving() {
        var state = HealthState()
        state.programmed(at: start)
        state.isNodeEligible = false
        #expect(!state.isHealthy(at: start))
        #expect(state.isAlive(at: start))
    }

    @Test("the answer has kube-proxy's fields, and the last programming while we are unhealthy")
    func report() {
        var state = HealthState()
        state.programmed(at: start)
        let well = HealthReport(.healthz, state, at: start + .seconds(5), time: time)
        #expect(well.isPositive)
        #expect(
            well.text
                == #"""
                {"lastUpdated":"2026-11-21T06:00:00.000Z","currentTime":"2026-11-21T06:00:00.000Z",\#
                "nodeEligible":true,"healthy":true,\#
                "status":{"IPv4":{"lastUpdated":"2026-11-21T05:59:55.000Z","healthy":true},\#
                "IPv6":{"lastUpdated":"2026-11-21T05:59:55.000Z","healthy":true}}}
                """#)
        state.queued(at: start)
        let ill = HealthReport(.healthz, state, at: start + .seconds(70), time: time)
        #expect(!ill.isPositive)
        #expect(ill.text.contains(#""lastUpdated":"2026-11-21T05:58:50.000Z""#))
        #expect(ill.text.contains(#""healthy":false"#))
    }

    @Test("livez does not mention the Node")
    func livez() {
        var state = HealthState()
        state.isNodeEligible = false
        let report = HealthReport(.livez, state, at: start, time: time)
        #expect(report.isPositive)
        #expect(!report.text.contains("nodeEligible"))
    }

    @Test("before the first programming the last update is Go's zero time")
    func never() {
        let report = HealthReport(.healthz, HealthState(), at: start, time: time)
        #expect(report.text.hasPrefix(#"{"lastUpdated":"0001-01-01T00:00:00Z","#))
        #expect(!report.isPositive)
    }
}
