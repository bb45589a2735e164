import DNSMessages
import Synchronization

/// A server that questions are forwarded to, and its recent failures.
final class Upstream: Sendable {
    let address: UpstreamAddress
    let connections: UpstreamConnections
    private let failures = Atomic<UInt32>(0)
    let metrics = UpstreamMetrics()

    init(_ address: UpstreamAddress, connections: UpstreamConnections) {
        self.address = address
        self.connections = connections
    }

    var failureCount: UInt32 { failures.load(ordering: .relaxed) }

    func noteSuccess() { failures.store(0, ordering: .relaxed) }
    func noteFailure() { failures.wrappingAdd(1, ordering: .relaxed) }

    /// Whether it has failed so often that others are tried first. `limit` 0 means never.
    func isDown(limit: UInt32) -> Bool { limit > 0 && failureCount >= limit }
}

/// The answers of one upstream, and their times.
final class UpstreamMetrics: Sendable {
    struct Values: Sendable {
        var durations: [ResponseCode: DurationHistogram] = [:]
        var probeFailures: UInt64 = 0
    }

    private let values = Mutex(Values())

    func record(_ code: ResponseCode, seconds: Double) {
        // A malicious server must not create an entry for every possible code.
        let code = code.rawValue <= 5 ? code : .serverFailure
        values.withLock { $0.durations[code, default: DurationHistogram()].record(seconds) }
    }

    func countProbeFailure() { values.withLock { $0.probeFailures += 1 } }

    var snapshot: Values { values.withLock { $0 } }
}
