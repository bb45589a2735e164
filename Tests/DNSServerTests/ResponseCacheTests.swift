import DNSMessages
import Testing

@testable import DNSServer

@Suite("ResponseCache")
struct ResponseCacheTests {
    private func key(_ name: String) -> CacheKey {
        CacheKey(
            name: DomainName(name)?.wire ?? [], type: .a, recordClass: 1, wantsSignatures: false, isUnchecked: false)
    }

    private func response(ttl: UInt32, code: ResponseCode = .noError, soa: Bool = false) -> Response {
        let record = ResourceRecord(name: .root, type: .a, ttl: ttl, data: [192, 0, 2, 1])
        let authority = ResourceRecord(
            name: .root, type: .soa, ttl: ttl, data: [0, 0] + [UInt8](repeating: 0, count: 20))
        return Response(code: code, answer: soa ? [] : [record], authority: soa ? [authority] : [])
    }

    private func fresh(_ hit: ResponseCache.Hit?) -> (ttl: UInt32?, refresh: Bool)? {
        guard case .fresh(let response, _, let refresh) = hit else { return nil }
        return (response.records.first?.ttl, refresh)
    }

    @Test("TTLs are bounded, count down, and expire")
    func lifetimes() {
        var cache = ResponseCache(CachePlugin(maximumTTL: 30))
        #expect(cache.keep(response(ttl: 300), for: key("a"), at: 0).answer[0].ttl == 30)
        #expect(cache.keep(response(ttl: 0), for: key("b"), at: 0).answer[0].ttl == 5)
        #expect(fresh(cache.find(key("a"), at: 10))?.ttl == 20)
        #expect(fresh(cache.find(key("b"), at: 4.5))?.ttl == 1)
        #expect(fresh(cache.find(key("b"), at: 5)) == nil)
        #expect(fresh(cache.find(key("a"), at: 30)) == nil)
    }

    @Test("negative answers are cached only with their SOA, failures for a short time, refusals not at all")
    func kinds() {
        var cache = ResponseCache(CachePlugin(maximumTTL: 30))
        _ = cache.keep(response(ttl: 60, code: .nameError, soa: true), for: key("nx"), at: 0)
        #expect(fresh(cache.find(key("nx"), at: 1))?.ttl == 29)
        _ = cache.keep(Response(code: .nameError), for: key("bare"), at: 0)
        #expect(fresh(cache.find(key("bare"), at: 1)) == nil)
        _ = cache.keep(Response(code: .serverFailure), for: key("fail"), at: 0)
        #expect(fresh(cache.find(key("fail"), at: 4)) != nil)
        #expect(fresh(cache.find(key("fail"), at: 5)) == nil)
        _ = cache.keep(Response(code: .refused), for: key("refused"), at: 0)
        #expect(fresh(cache.find(key("refused"), at: 0)) == nil)
    }

    @Test("a popular answer is prefetched before it expires, for one client only")
    func prefetch() {
        var plugin = CachePlugin(maximumTTL: 100)
        plugin.prefetch = CachePlugin.Prefetch(count: 2)
        var cache = ResponseCache(plugin)
        _ = cache.keep(response(ttl: 100), for: key("a"), at: 0)
        #expect(fresh(cache.find(key("a"), at: 50))?.refresh == false)
        #expect(fresh(cache.find(key("a"), at: 95))?.refresh == true)
        #expect(fresh(cache.find(key("a"), at: 96))?.refresh == false)
        cache.refreshed(key("a"))
        #expect(fresh(cache.find(key("a"), at: 97))?.refresh == true)
    }

    @Test("a stale answer outlives its TTL, and a failure does not replace it")
    func stale() {
        var plugin = CachePlugin(maximumTTL: 30)
        plugin.stale = CachePlugin.Stale(duration: .seconds(100))
        var cache = ResponseCache(plugin)
        _ = cache.keep(response(ttl: 30), for: key("a"), at: 0)
        guard case .stale(let response, _, true) = cache.find(key("a"), at: 60) else {
            Issue.record("no stale answer")
            return
        }
        #expect(response.answer[0].ttl == 0)
        _ = cache.keep(Response(code: .serverFailure), for: key("a"), at: 61)
        guard case .stale = cache.find(key("a"), at: 70) else {
            Issue.record("the failure took the place of the stale answer")
            return
        }
        #expect(cache.find(key("a"), at: 131) == nil)
    }

    @Test("a flood of names neither evicts popular entries nor exceeds the size")
    func flood() {
        var plugin = CachePlugin(maximumTTL: 3600)
        plugin.success.capacity = 500
        var cache = ResponseCache(plugin)
        for number in 0..<50 {
            _ = cache.keep(response(ttl: 3600), for: key("popular\(number)"), at: 0)
            for _ in 0..<5 { _ = cache.find(key("popular\(number)"), at: 1) }
        }
        for number in 0..<20_000 { _ = cache.keep(response(ttl: 3600), for: key("random\(number)"), at: 2) }
        #expect(cache.count(.success) == 500)
        let left = (0..<50).count { fresh(cache.find(key("popular\($0)"), at: 3)) != nil }
        #expect(left > 40)
    }
}
