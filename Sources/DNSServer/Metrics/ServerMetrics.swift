import DNSMessages
import InternetAddresses
import Synchronization

/// The queries and answers of a server block. Written from many threads, which spread over parts with a lock each.
final class ServerMetrics: Sendable {
    /// The labels of requests. Only common types are distinguished, so that clients cannot create time series.
    struct RequestKey: Sendable, Hashable {
        var transport: QueryTransport
        var family: IPFamily
        var type: RecordType?
    }

    struct ResponseKey: Sendable, Hashable {
        var code: ResponseCode
        var plugin: QueryRecord.Plugin
    }

    struct Values: Sendable {
        var requests: [RequestKey: UInt64] = [:]
        var responses: [ResponseKey: UInt64] = [:]
        var signatureRequests: [RequestKey: UInt64] = [:]
        var durations = DurationHistogram()
        var requestSizes: [QueryTransport: SizeHistogram] = [:]
        var responseSizes: [QueryTransport: SizeHistogram] = [:]
        var cacheHits: [ResponseCache.Kind: UInt64] = [:]
        var cacheMisses: UInt64 = 0
        var prefetches: UInt64 = 0
        var staleAnswers: UInt64 = 0
        var autopaths: UInt64 = 0
    }

    private static let knownTypes: Set<RecordType> = [
        .a, .aaaa, .mx, .soa, .cname, .ptr, .txt, .ns, .srv, .ds, .dnskey, .rrsig, .nsec, .any, .https,
    ]

    private final class Part: Sendable {
        let values = Mutex(Values())
    }

    private let parts = (0..<4).map { _ in Part() }

    /// Counts a query. `part` is a number that differs between threads.
    func record(_ record: QueryRecord, seconds: Double, part: Int) {
        parts[part & 3].values.withLock { values in
            var key = RequestKey(
                transport: record.transport, family: record.family,
                type: Self.knownTypes.contains(record.type) ? record.type : nil)
            values.requests[key, default: 0] += 1
            values.responses[ResponseKey(code: record.code, plugin: record.plugin), default: 0] += 1
            values.durations.record(seconds)
            values.requestSizes[record.transport, default: SizeHistogram()].record(record.size)
            values.responseSizes[record.transport, default: SizeHistogram()].record(record.responseSize)
            if record.wantsSignatures {
                key.type = nil
                values.signatureRequests[key, default: 0] += 1
            }
        }
    }

    func countCache(hit kind: ResponseCache.Kind, prefetch: Bool, stale: Bool) {
        parts[0].values.withLock { values in
            values.cacheHits[kind, default: 0] += 1
            if prefetch { values.prefetches += 1 }
            if stale { values.staleAnswers += 1 }
        }
    }

    func countCacheMiss() { parts[0].values.withLock { $0.cacheMisses += 1 } }
    func countAutopath() { parts[0].values.withLock { $0.autopaths += 1 } }

    /// All parts together.
    var snapshot: Values {
        parts.reduce(into: Values()) { sum, part in
            let values = part.values.withLock { $0 }
            sum.requests.merge(values.requests, uniquingKeysWith: +)
            sum.responses.merge(values.responses, uniquingKeysWith: +)
            sum.signatureRequests.merge(values.signatureRequests, uniquingKeysWith: +)
            sum.durations.add(values.durations)
            sum.requestSizes.merge(values.requestSizes) { $0.adding($1) }
            sum.responseSizes.merge(values.responseSizes) { $0.adding($1) }
            sum.cacheHits.merge(values.cacheHits, uniquingKeysWith: +)
            sum.cacheMisses += values.cacheMisses
            sum.prefetches += values.prefetches
            sum.staleAnswers += values.staleAnswers
            sum.autopaths += values.autopaths
        }
    }
}
