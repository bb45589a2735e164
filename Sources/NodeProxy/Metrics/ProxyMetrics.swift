import DaemonKit
package import Dataplane
package import FoundationEssentials
package import InternetAddresses
package import KubernetesAPI
package import ServiceRouting

/// The counts for `/metrics`. A plain value.
package struct ProxyMetrics: Sendable, Hashable {
    /// The scope of a programming.
    package enum Extent: Sendable, Hashable {
        /// Everything.
        case full
        /// One change.
        case partial
    }

    /// 0.25 s, 0.5 s, each second to 1 min, each 5 s to 2 min, each 30 s to 5 min: the buckets of kube-proxy's SLI.
    static let networkProgrammingBounds =
        [0.25, 0.5] + stride(from: 1.0, through: 59, by: 1) + stride(from: 60.0, through: 115, by: 5)
        + stride(from: 120.0, through: 300, by: 30)

    /// The mode's name: some metrics belong to one mode.
    package var mode = ""
    /// How often other programs altered our rules.
    package var repairs: UInt64 = 0
    /// Service ports whose connections are dropped because there is no endpoint on this node.
    package var shortages = LocalShortages()
    /// The latest rule counts of each table and family, if the mode writes rules.
    private(set) var ruleCounts: [RuleTableName: RuleCount] = [:]
    /// When the program started: earlier triggers do not count.
    package var started = Date.now
    /// Calls to the data plane that failed.
    package private(set) var failures: [Extent: UInt64] = [:]
    private(set) var cleanupFailures: UInt64 = 0
    private(set) var durations: [Extent: Histogram] = [.full: Histogram(), .partial: Histogram()]
    private(set) var networkProgramming = Histogram(bounds: networkProgrammingBounds)
    private(set) var lastProgrammed: Date?
    private(set) var lastQueued: Date?
    private(set) var serviceChanges: UInt64 = 0
    private(set) var sliceChanges: UInt64 = 0
    /// Of these, those not yet programmed.
    private(set) var pendingServiceChanges: UInt64 = 0
    private(set) var pendingSliceChanges: UInt64 = 0
    /// The times of endpoint changes not yet programmed, in milliseconds since 1970.
    private var triggers: [NamespacedName: Int64] = [:]
    /// Stale UDP connections removed, and the time of searching for them.
    private(set) var removedConnections: [IPFamily: UInt64] = [:]
    private(set) var conntrackDurations: [IPFamily: Histogram] = [:]
    /// By status code.
    private(set) var healthAnswers: [HealthReport.Question: [Int: UInt64]] = [:]

    /// A table of rules in the kernel.
    struct RuleTableName: Sendable, Hashable {
        var family: IPFamily
        var table: String
    }

    package init() {}

    /// Changes reported by the sources, to be programmed.
    package mutating func count(_ changes: [ObjectChange]) {
        for change in changes {
            switch change.kind {
            case .service:
                serviceChanges += 1
                pendingServiceChanges += 1
            case .endpointSlice:
                sliceChanges += 1
                pendingSliceChanges += 1
                note(change)
            case .node, .serviceCIDR, .namespace, .pod: break
            }
        }
    }

    /// Keeps the oldest trigger of each slice until it is programmed; drops those of deleted slices.
    private mutating func note(_ change: ObjectChange) {
        guard case .set(.endpointSlice(let slice)) = change else {
            triggers[change.key.name] = nil
            return
        }
        guard slice.lastChangeTrigger > Int64(started.timeIntervalSince1970 * 1000) else { return }
        let name = change.key.name
        triggers[name] = min(triggers[name] ?? .max, slice.lastChangeTrigger)
    }

    package mutating func queued(at time: Date) { lastQueued = time }

    /// Everything counted so far is in force.
    package mutating func programmed(_ extent: Extent, in duration: Duration, at time: Date) {
        durations[extent, default: Histogram()].observe(duration / .seconds(1))
        settled(at: time)
        lastProgrammed = time
    }

    /// Everything counted so far is in force, because there was nothing to write.
    package mutating func settled(at time: Date) {
        pendingServiceChanges = 0
        pendingSliceChanges = 0
        for trigger in triggers.values {
            networkProgramming.observe(max(0, time.timeIntervalSince1970 - Double(trigger) / 1000))
        }
        triggers = [:]
    }

    /// Records a data plane's report.
    package mutating func wrote(_ report: ProgrammingReport) {
        for count in report.ruleCounts {
            ruleCounts[RuleTableName(family: count.family, table: count.table)] = count
        }
    }

    /// A call to the data plane failed.
    package mutating func failed(_ extent: Extent) { failures[extent, default: 0] += 1 }

    /// Leftovers of another mode could not be removed.
    package mutating func cleanupFailed() { cleanupFailures += 1 }

    /// The tracked connections of a family were searched.
    package mutating func cleanedConntrack(_ family: IPFamily, deleted: Int, in duration: Duration) {
        removedConnections[family, default: 0] += UInt64(deleted)
        conntrackDurations[family, default: Histogram()].observe(duration / .seconds(1))
    }

    package mutating func answered(_ question: HealthReport.Question, status: Int) {
        healthAnswers[question, default: [:]][status, default: 0] += 1
    }
}
