import KubernetesObjects
import Synchronization

/// How much the server takes on at once. What comes above is refused with 429 and a time to come back.
package struct RequestLimits: Sendable, Hashable {
    /// Bytes of a body: https://kubernetes.io/docs/reference/using-api/api-concepts/ says 3 MiB.
    package var bodyBytes = 3 << 20
    /// Requests that read, and that write, at the same time.
    package var reading = 400
    package var writing = 200
    package var watches = 5000
    /// Connections, whatever they do.
    package var connections = 12000
    /// Seconds for the handshake and the head of the first request, and between requests.
    package var headSeconds = 30
    package var idleSeconds = 90

    package init() {}
}

/// Counts what is in flight.
final class RequestGate: Sendable {
    enum Lane: Int, Sendable {
        case reading, writing, watch
    }

    private let limits: [Int]
    private let counts = Mutex([0, 0, 0])

    init(_ limits: RequestLimits) {
        self.limits = [limits.reading, limits.writing, limits.watches]
    }

    /// Takes a place; each place that was taken has to be left.
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
