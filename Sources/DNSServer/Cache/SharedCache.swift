import DNSMessages
import Synchronization

/// A cache shared by many threads: parts with a lock each.
final class SharedCache: Sendable {
    private final class Part: Sendable {
        let cache: Mutex<ResponseCache>
        init(_ cache: ResponseCache) { self.cache = Mutex(cache) }
    }

    let plugin: CachePlugin
    private let parts: [Part]

    init(_ plugin: CachePlugin) {
        self.plugin = plugin
        let share = min(16, max(1, Int(min(plugin.success.capacity, plugin.denial.capacity)) / 64))
        parts = (0..<share).map { _ in Part(ResponseCache(plugin, share: share)) }
    }

    func find(_ key: CacheKey, at now: Double) -> ResponseCache.Hit? {
        part(key).cache.withLock { $0.find(key, at: now) }
    }

    func keep(_ response: Response, for key: CacheKey, at now: Double) -> Response {
        part(key).cache.withLock { $0.keep(response, for: key, at: now) }
    }

    func refreshed(_ key: CacheKey) {
        part(key).cache.withLock { $0.refreshed(key) }
    }

    func count(_ kind: ResponseCache.Kind) -> Int {
        parts.reduce(0) { sum, part in sum + part.cache.withLock { $0.count(kind) } }
    }

    func evictions(_ kind: ResponseCache.Kind) -> UInt64 {
        parts.reduce(0) { sum, part in sum + part.cache.withLock { $0.evictions(kind) } }
    }

    private func part(_ key: CacheKey) -> Part {
        parts[Int(UInt(bitPattern: key.hashValue) % UInt(parts.count))]
    }
}
