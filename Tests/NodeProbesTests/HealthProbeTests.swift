import Diagnosis
import Foundation
import KubernetesTestKit
import NodeProxy
import Testing

@testable import NodeProbes

/// What a proxy says of its health.
@Suite struct HealthProbeTests {
    private func answer(_ status: Int, _ body: String) -> ProxyFacts.Health { HealthProbe.read(status: status, body) }

    @Test("kube-proxy programmed when the later of its families did, not when it was asked")
    func recorded() throws {
        let recording = try Fixtures.kubeProxy("healthz.txt")
        let body = try #require(recording.split(separator: "\n").last)
        guard case .answered(200, let seconds?) = answer(200, String(body)) else {
            Issue.record("no age in \(body)")
            return
        }
        // 10:25:00.278 and 10:25:03.774; milliseconds may be cut off.
        #expect((3...4).contains(seconds))
    }

    @Test("servicelet programmed when it last did, not when it was asked")
    func own() {
        var state = HealthState()
        let start = ContinuousClock.now
        state.programmed(at: start)
        state.areAddressesUsable = true
        let report = HealthReport(.healthz, state, at: start + .seconds(40), time: .now)
        #expect(report.isPositive, "\(report.text)")
        guard case .answered(200, let seconds?) = answer(200, report.text) else {
            Issue.record("no age in \(report.text)")
            return
        }
        #expect((39...41).contains(seconds))
    }

    @Test("of an unhealthy proxy, the age is that of the family that is behind")
    func unhealthy() {
        let body = """
            {"lastUpdated":"2026-01-01T00:00:00Z","currentTime":"2026-01-01T00:10:00Z","nodeEligible":true,
            "healthy":false,
             "status":{"IPv4":{"lastUpdated":"2026-01-01T00:09:59Z","healthy":true},
                       "IPv6":{"lastUpdated":"2026-01-01T00:05:00Z","healthy":false}}}
            """
        #expect(answer(503, body) == .answered(status: 503, secondsSinceProgramming: 300))
    }

    @Test("a node that is being deleted is no fault of the proxy")
    func leaving() {
        let body = """
            {"lastUpdated":"2026-01-01T00:10:00Z","currentTime":"2026-01-01T00:10:00Z","nodeEligible":false,
            "healthy":true,
             "status":{"IPv4":{"lastUpdated":"2026-01-01T00:09:59Z","healthy":true}}}
            """
        #expect(answer(503, body) == .nodeLeaving)
    }

    @Test("answers without families, or of another form, have no age while they are healthy")
    func older() {
        let body = #"{"lastUpdated":"2026-01-01T00:00:00Z","currentTime":"2026-01-01T00:01:00Z","nodeEligible":true}"#
        #expect(answer(200, body) == .answered(status: 200, secondsSinceProgramming: nil))
        #expect(answer(503, body) == .answered(status: 503, secondsSinceProgramming: 60))
        #expect(answer(200, "ok") == .answered(status: 200, secondsSinceProgramming: nil))
        let never = """
            {"lastUpdated":"0001-01-01T00:00:00Z","currentTime":"2026-01-01T00:01:00Z","healthy":false,
             "status":{"IPv4":{"lastUpdated":"0001-01-01T00:00:00Z","healthy":false}}}
            """
        #expect(answer(503, never) == .answered(status: 503, secondsSinceProgramming: nil))
    }

    @Test("metrics tell when the proxy last programmed, and how long a change has been waiting")
    func metrics() {
        func metrics(_ queued: Int, _ programmed: Int) -> String {
            """
            kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds{ip_family="IPv4"} \(queued)
            kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family="IPv4"} \(programmed)
            """
        }
        let now = Date(timeIntervalSince1970: 1000)
        let calm = HealthProbe.progress(metrics(900, 901), at: now)
        #expect(calm.pending == nil && calm.programmed == 99)
        let behind = HealthProbe.progress(metrics(960, 901), at: now)
        #expect(behind.pending == 40 && behind.programmed == 99)
        let none = HealthProbe.progress("up 1\n", at: now)
        #expect(none.pending == nil && none.programmed == nil)
    }
}
