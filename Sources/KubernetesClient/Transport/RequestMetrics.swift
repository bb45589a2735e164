import Synchronization

/// Counts requests to the API server as client-go does, for `rest_client_requests_total` and
/// `rest_client_request_duration_seconds`. Written from any task; read when metrics are scraped.
package final class RequestMetrics: Sendable {
    /// The labels of `rest_client_requests_total`.
    package struct Request: Sendable, Hashable {
        /// The HTTP status, or `<error>` if there was none.
        package var code: String
        package var method: String
        /// `host:port` of the server.
        package var host: String
    }

    /// The labels of `rest_client_request_duration_seconds`.
    package struct Target: Sendable, Hashable {
        package var verb: String
        package var host: String
    }

    /// The time of requests until the head of the response.
    package struct Histogram: Sendable, Hashable {
        /// Upper bounds in seconds; observations above the last count only in ``count``.
        package static let bounds: [Double] = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]
        /// Requests up to each bound, cumulative as in Prometheus.
        package fileprivate(set) var buckets = [UInt64](repeating: 0, count: bounds.count)
        package fileprivate(set) var count: UInt64 = 0
        /// In seconds.
        package fileprivate(set) var sum = 0.0
    }

    /// All counters at one moment.
    package struct Snapshot: Sendable {
        package fileprivate(set) var requests: [Request: UInt64] = [:]
        package fileprivate(set) var durations: [Target: Histogram] = [:]
        /// Whether the last request was answered, other than by a server error; `true` before the first one.
        package fileprivate(set) var isReachable = true
    }

    private let state = Mutex(Snapshot())

    package init() {}

    package var snapshot: Snapshot { state.withLock { $0 } }

    /// Counts a request whose response began, or failed to, after `duration`.
    package func count(code: String, method: String, host: String, duration: Duration) {
        let seconds = duration / .seconds(1)
        state.withLock { state in
            state.isReachable = Int(code).map { $0 < 500 } ?? false
            state.requests[Request(code: code, method: method, host: host), default: 0] += 1
            state.durations[Target(verb: method, host: host), default: Histogram()].observe(seconds)
        }
    }
}

extension RequestMetrics.Histogram {
    fileprivate mutating func observe(_ seconds: Double) {
        for (index, bound) in Self.bounds.enumerated() where seconds <= bound { buckets[index] += 1 }
        count += 1
        sum += seconds
    }
}
