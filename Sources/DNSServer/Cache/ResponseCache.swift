import DNSMessages

/// The key of a cached answer.
struct CacheKey: Sendable, Hashable {
    /// The name in wire format, in lower case.
    var name: [UInt8]
    var type: RecordType
    var recordClass: UInt16
    /// DO: the answer has signatures.
    var wantsSignatures: Bool
    /// CD: the answer was not validated.
    var isUnchecked: Bool
}

/// Answers of other servers; positive and negative ones are separate and bounded (RFC 2308).
///
/// A pure value: the caller passes the time, in seconds of a monotonic clock.
struct ResponseCache: Sendable {
    /// An entry and its lifetime.
    enum Kind: Int, Sendable, Hashable, CaseIterable {
        case success, denial
    }

    struct Entry: Sendable {
        var response: Response
        var kind: Kind
        var storedAt: Double
        var ttl: UInt32
        var hits: UInt32 = 0
        var lastHit: Double
        var isRefreshing = false

        /// Seconds left; negative once the entry is stale.
        func remaining(at now: Double) -> Double { storedAt + Double(ttl) - now }
    }

    enum Hit: Sendable {
        /// With the remaining TTLs. `shouldRefresh` asks this caller alone to fetch the answer again.
        case fresh(Response, Kind, shouldRefresh: Bool)
        /// Stale, but better than nothing; TTLs are 0.
        case stale(Response, Kind, shouldRefresh: Bool)
    }

    let plugin: CachePlugin
    private var parts: [BoundedTable<CacheKey, Entry>]

    /// A cache that holds a `share`th part of what `plugin` says.
    init(_ plugin: CachePlugin, share: Int = 1) {
        self.plugin = plugin
        parts = [plugin.success, plugin.denial].map { BoundedTable(capacity: max(1, Int($0.capacity) / share)) }
    }

    func count(_ kind: Kind) -> Int { parts[kind.rawValue].count }
    func evictions(_ kind: Kind) -> UInt64 { parts[kind.rawValue].evictions }

    /// The entry for `key`.
    mutating func find(_ key: CacheKey, at now: Double) -> Hit? {
        for kind in Kind.allCases {
            let hit = parts[kind.rawValue].update(key) { entry -> Hit? in
                let remaining = entry.remaining(at: now)
                if remaining > 0 {
                    return .fresh(
                        entry.response.withTTL(UInt32(remaining.rounded(.up))), kind,
                        shouldRefresh: entry.countHit(at: now, remaining: remaining, prefetch: plugin.prefetch))
                }
                guard let stale = plugin.stale, entry.response.code != .serverFailure,
                    -remaining < stale.duration.inSeconds
                else { return nil }
                let shouldRefresh = !entry.isRefreshing
                entry.isRefreshing = true
                return .stale(entry.response.withTTL(0), kind, shouldRefresh: shouldRefresh)
            }
            if let hit = hit ?? nil { return hit }
        }
        return nil
    }

    /// Caches `response` if permitted, and returns it as clients get it: with one TTL for all records, within the
    /// configured bounds.
    mutating func keep(_ response: Response, for key: CacheKey, at now: Double) -> Response {
        guard let (kind, ttl) = lifetime(of: response), !isDisabled(key, kind) else {
            refreshed(key)
            return response
        }
        let answer = response.withTTL(ttl)
        // Some clients discard non-authoritative answers, so cached ones always have AA set.
        var kept = answer
        kept.flags.formUnion(.authoritative)
        let other = kind == .success ? Kind.denial : .success
        let stays = response.code == .serverFailure && plugin.stale != nil
        // A stale answer is better than a failure, while it may be used.
        if !stays { parts[other.rawValue].remove(key) }
        parts[kind.rawValue].insert(
            Entry(response: kept, kind: kind, storedAt: now, ttl: ttl, lastHit: now), for: key, now: now)
        return answer
    }

    private func isDisabled(_ key: CacheKey, _ kind: Kind) -> Bool {
        let zones = (kind == .success ? plugin.success : plugin.denial).disabledZones
        return zones.contains { DomainName(trusted: key.name).isWithin($0) }
    }

    /// Records that refreshing an answer failed; the next question may retry.
    mutating func refreshed(_ key: CacheKey) {
        for kind in Kind.allCases { _ = parts[kind.rawValue].update(key) { $0.isRefreshing = false } }
    }

    /// How long a response may be cached, in seconds; `nil` for not at all.
    private func lifetime(of response: Response) -> (Kind, UInt32)? {
        guard !response.flags.contains(.truncated) else { return nil }
        let isNegative = response.authority.contains { $0.type == .soa }
        switch response.code {
        case .serverFailure, .notImplemented:
            return plugin.failureTTL > 0 ? (.denial, plugin.failureTTL) : nil
        case .nameError where isNegative: return (.denial, response.lifetime(within: plugin.denial))
        case .noError where response.answer.isEmpty && isNegative:
            return (.denial, response.lifetime(within: plugin.denial))
        case .noError where !response.answer.isEmpty: return (.success, response.lifetime(within: plugin.success))
        default: return nil
        }
    }
}

extension ResponseCache.Entry {
    /// Counts a hit; returns whether the entry is popular enough to prefetch before it expires.
    fileprivate mutating func countHit(at now: Double, remaining: Double, prefetch: CachePlugin.Prefetch?) -> Bool {
        guard let prefetch else { return false }
        hits = now - lastHit > prefetch.pause.inSeconds ? 1 : hits &+ 1
        lastHit = now
        guard !isRefreshing, hits >= prefetch.count, remaining < Double(ttl) * Double(prefetch.percentage) / 100 else {
            return false
        }
        isRefreshing = true
        return true
    }
}

extension Response {
    /// The response with `ttl` in all records.
    func withTTL(_ ttl: UInt32) -> Response { mapRecords { $0.ttl = ttl } }

    /// The shortest TTL of all records, within bounds.
    func lifetime(within part: CachePlugin.Part) -> UInt32 {
        let shortest = records.map(\.ttl).min() ?? part.maximumTTL
        return min(max(shortest, part.minimumTTL), max(part.minimumTTL, part.maximumTTL))
    }
}

extension Duration {
    /// The duration as a number of seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
