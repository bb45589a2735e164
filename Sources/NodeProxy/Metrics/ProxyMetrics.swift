import DaemonKit
package import FoundationEssentials
package import InternetAddresses
package import KubernetesAPI

/// What is counted for `/metrics`. A plain value.
package struct ProxyMetrics: Sendable, Hashable {
    /// How much was compared or written at once.
    package enum Extent: Sendable, Hashable {
        /// Everything.
        case full
        /// What a change asked for.
        case partial
    }

    /// Calls to the data plane that failed.
    package var failures: UInt64 = 0
    /// How often others had altered our rules.
    package var repairs: UInt64 = 0
    private(set) var durations: [Extent: Histogram] = [.full: Histogram(), .partial: Histogram()]
    private(set) var lastProgrammed: Date?
    private(set) var lastQueued: Date?
    private(set) var serviceChanges: UInt64 = 0
    private(set) var sliceChanges: UInt64 = 0
    /// Stale UDP connections that were removed, and how long looking for them took.
    private(set) var removedConnections: [IPFamily: UInt64] = [:]
    private(set) var conntrackDurations: [IPFamily: Histogram] = [:]
    /// By status code.
    private(set) var healthAnswers: [HealthReport.Question: [Int: UInt64]] = [:]

    package init() {}

    package mutating func count(_ changes: [ObjectChange]) {
        for change in changes {
            switch change.key.kind {
            case .service: serviceChanges += 1
            case .endpointSlice: sliceChanges += 1
            case .node, .serviceCIDR, .namespace, .pod: break
            }
        }
    }

    package mutating func queued(at time: Date) { lastQueued = time }

    package mutating func programmed(_ extent: Extent, in duration: Duration, at time: Date) {
        durations[extent, default: Histogram()].observe(duration / .seconds(1))
        lastProgrammed = time
    }

    /// The tracked connections of a family were looked through.
    package mutating func cleanedConntrack(_ family: IPFamily, deleted: Int, in duration: Duration) {
        removedConnections[family, default: 0] += UInt64(deleted)
        conntrackDurations[family, default: Histogram()].observe(duration / .seconds(1))
    }

    package mutating func answered(_ question: HealthReport.Question, status: Int) {
        healthAnswers[question, default: [:]][status, default: 0] += 1
    }
}
