import DaemonKit
package import FoundationEssentials
import InternetAddresses

/// The answer to `/healthz` and `/livez`, with the fields of kube-proxy's.
package struct HealthReport: Sendable, Hashable {
    package enum Question: String, Sendable, Hashable, CaseIterable {
        case healthz
        case livez
    }

    package var isPositive: Bool
    /// JSON.
    package var text: String

    /// The report on `state` at `now`; `time` is the same moment by the calendar.
    package init(_ question: Question, _ state: HealthState, at now: ContinuousClock.Instant, time: Date) {
        isPositive = question == .healthz ? state.isHealthy(at: now) : state.isAlive(at: now)
        // As in kube-proxy: if healthy, the current time counts as the last update; Go's zero time means never.
        let programmed =
            state.lastProgrammed.map { (time - $0.duration(to: now) / .seconds(1)).rfc3339 } ?? "0001-01-01T00:00:00Z"
        let lastUpdated = isPositive ? time.rfc3339 : programmed
        let eligibility = question == .healthz ? #","nodeEligible":\#(state.isNodeEligible)"# : ""
        // Both families are programmed together.
        let isProgrammed = state.isProgramming(at: now)
        let status = IPFamily.allCases
            .map {
                #""\#($0)":{"lastUpdated":"\#(programmed)","healthy":\#(isProgrammed)}"#
            }
            .joined(separator: ",")
        text =
            #"""
            {"lastUpdated":"\#(lastUpdated)","currentTime":"\#(time.rfc3339)"\#(eligibility),"healthy":\#(isPositive),\#
            "status":{\#(status)}}
            """#
    }
}
