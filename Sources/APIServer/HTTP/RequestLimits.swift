import KubernetesObjects
import Synchronization

/// The server's concurrency limits. Excess requests are refused with 429 and `Retry-After`.
package struct RequestLimits: Sendable, Hashable {
    /// Bytes of a body: https://kubernetes.io/docs/reference/using-api/api-concepts/ says 3 MiB.
    package var bodyBytes = 3 << 20
    /// Concurrent reading and writing requests.
    package var reading = 400
    package var writing = 200
    package var watches = 10_000
    /// Connections of any kind.
    package var connections = 12000
    /// Seconds for the handshake and the head of the first request, and between requests.
    package var headSeconds = 30
    package var idleSeconds = 90

    package init() {}
}

/// Counts requests in flight.
final class RequestGate: Sendable {
    enum Lane: Int, Sendable {
        case reading, writing, watch
    }

    private let limits: [Int]
    private let counts = Mutex([0, 0, 0])

    init(_ limits: RequestLimits) {
        self.limits = [limits.reading, limits.writing, limits.watches]
    }

    /// Enters; must be balanced by leaving.
    func enter(_ lane: Lane) throws(APIStatus) {
        let isFree = counts.withLock { counts in
            guard counts[lane.rawValue] < limits[lane.rawValue] else { return false }
            counts[lane.rawValue] += 1
            return true
        }
        guard isFree else { throw .tooManyRequests(retryAfterSeconds: 1) }
    }

    func leave(_ lane: Lane) {
        counts.withLock { $0[lane.rawValue] -= 1 }
    }
}
