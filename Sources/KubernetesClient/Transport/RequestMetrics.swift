import Synchronization

/// Counts requests to the API server as client-go does, for the metrics `rest_client_…`. Written from any task; read
/// when metrics are scraped.
package final class RequestMetrics: Sendable {
    /// The labels of `rest_client_requests_total`.
    package struct Request: Sendable, Hashable {
        /// The HTTP status, or `<error>` if there was none.
        package var code: String
        package var method: String
        /// `host:port` of the server.
        package var host: String
    }

    /// The labels of the histograms of requests.
    package struct Target: Sendable, Hashable {
        package var verb: String
        package var host: String
    }

    /// The labels of `rest_client_exec_plugin_call_total`.
    package struct PluginCall: Sendable, Hashable {
        /// The result of a plug-in call.
        package enum Status: String, Sendable, Hashable {
            case success = "no_error"
            case failed = "plugin_execution_error"
            case notFound = "plugin_not_found_error"
            /// Its answer is invalid, or it did not exit in time.
            case other = "client_internal_error"
        }

        /// The exit status; 1 if there is none.
        package var code: Int32
        package var status: Status
    }

    /// All counters at one moment.
    package struct Snapshot: Sendable {
        package fileprivate(set) var requests: [Request: UInt64] = [:]
        /// Seconds until the head of the response, without watches, as in client-go.
        package fileprivate(set) var durations: [Target: RequestHistogram] = [:]
        /// Sizes of request and response bodies in bytes, without watches.
        package fileprivate(set) var requestSizes: [Target: RequestHistogram] = [:]
        package fileprivate(set) var responseSizes: [Target: RequestHistogram] = [:]
        package fileprivate(set) var pluginCalls: [PluginCall: UInt64] = [:]
        /// When the client certificate of a plug-in expires, in seconds since 1970; `nil` without one.
        package fileprivate(set) var certificateExpiry: Double?
        /// The age of a plug-in's client certificates at replacement, in seconds.
        package fileprivate(set) var certificateAges = RequestHistogram(bounds: RequestHistogram.ageBounds)
        /// Whether the last request was answered, other than by a server error; `true` before the first one.
        package fileprivate(set) var isReachable = true
    }

    private let state = Mutex(Snapshot())

    package init() {}

    package var snapshot: Snapshot { state.withLock { $0 } }

    /// Counts a request whose response began, or failed to, after `duration`; `nil` for a watch.
    package func count(code: String, method: String, host: String, duration: Duration?) {
        state.withLock { state in
            state.isReachable = Int(code).map { $0 < 500 } ?? false
            state.requests[Request(code: code, method: method, host: host), default: 0] += 1
            guard let duration else { return }
            let empty = RequestHistogram(bounds: RequestHistogram.durationBounds)
            state.durations[Target(verb: method, host: host), default: empty].observe(duration / .seconds(1))
        }
    }

    /// Counts the size of a request's body, and of the response's if there was one.
    package func countSizes(method: String, host: String, request: Int? = nil, response: Int? = nil) {
        let (target, empty) = (
            Target(verb: method, host: host), RequestHistogram(bounds: RequestHistogram.sizeBounds)
        )
        state.withLock { state in
            if let request { state.requestSizes[target, default: empty].observe(Double(request)) }
            if let response { state.responseSizes[target, default: empty].observe(Double(response)) }
        }
    }

    /// Counts a call to a credential plug-in.
    package func countPlugin(_ status: PluginCall.Status, code: Int32) {
        state.withLock { $0.pluginCalls[PluginCall(code: code, status: status), default: 0] += 1 }
    }

    /// Records a plug-in's new client certificate, valid until `expiry`, replacing one of `age` seconds.
    package func rotatedCertificate(expiry: Double, age: Double?) {
        state.withLock { state in
            state.certificateExpiry = expiry
            if let age { state.certificateAges.observe(age) }
        }
    }
}

/// A histogram with client-go's buckets.
package struct RequestHistogram: Sendable, Hashable {
    /// Seconds.
    static let durationBounds: [Double] = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]
    /// Bytes.
    static let sizeBounds: [Double] = [
        64, 256, 512, 1024, 4096, 16384, 65536, 262_144, 1_048_576, 4_194_304, 16_777_216,
    ]
    /// Seconds: 10 min to 4 years.
    static let ageBounds: [Double] = [
        600, 1800, 3600, 14400, 86400, 604_800, 2_592_000, 7_776_000, 15_552_000, 31_104_000, 124_416_000,
    ]

    /// Observations above the last count only in ``count``.
    package let bounds: [Double]
    /// Observations up to each bound, cumulative as in Prometheus.
    package private(set) var buckets: [UInt64]
    package private(set) var count: UInt64 = 0
    package private(set) var sum = 0.0

    init(bounds: [Double]) {
        self.bounds = bounds
        buckets = [UInt64](repeating: 0, count: bounds.count)
    }

    fileprivate mutating func observe(_ value: Double) {
        for (index, bound) in bounds.enumerated() where value <= bound { buckets[index] += 1 }
        count += 1
        sum += value
    }
}
