import DaemonKit
import Synchronization

/// Counters of the controllers, for `/metrics` and `/healthz`, with kube-controller-manager's names where they exist.
/// Updated from any task.
package final class ControllerMetrics: Sendable {
    /// Operations on EndpointSlices.
    enum Operation: String, Sendable, CaseIterable {
        case create, update, delete
    }

    private struct Counts: Sendable {
        var changes: [Operation: UInt64] = [:]
        var syncs: UInt64 = 0
        var failedSyncs: UInt64 = 0
        var isLeading = false
        var isSynchronized = false
    }

    private let counts = Mutex(Counts())

    package init() {}

    func wrote(_ operation: Operation) { counts.withLock { $0.changes[operation, default: 0] += 1 } }

    func synced(succeeded: Bool) {
        counts.withLock { counts in
            if succeeded { counts.syncs += 1 } else { counts.failedSyncs += 1 }
        }
    }

    func leads(_ isLeading: Bool) {
        counts.withLock { counts in
            counts.isLeading = isLeading
            if !isLeading { counts.isSynchronized = false }
        }
    }

    /// All objects have been read once.
    func synchronized() { counts.withLock { $0.isSynchronized = true } }

    /// Whether this instance is on standby, or works with complete data.
    package var isReady: Bool { counts.withLock { !$0.isLeading || $0.isSynchronized } }

    /// Prometheus' text format.
    package var text: String {
        let counts = counts.withLock { $0 }
        var text = PrometheusText()
        text.family(
            "endpoint_slice_controller_changes", type: "counter", help: "EndpointSlices written, by operation")
        for operation in Operation.allCases {
            text.sample(
                "endpoint_slice_controller_changes", ["operation": operation.rawValue],
                "\(counts.changes[operation] ?? 0)")
        }
        text.family("endpoint_slice_controller_syncs", type: "counter", help: "Looks at a Service, by result")
        text.sample("endpoint_slice_controller_syncs", ["result": "success"], "\(counts.syncs)")
        text.sample("endpoint_slice_controller_syncs", ["result": "error"], "\(counts.failedSyncs)")
        text.gauge(
            "leader_election_master_status", help: "Whether this instance works", counts.isLeading ? 1 : 0)
        return text.text
    }
}
