import Testing

@testable import KubernetesClient

@Suite struct BackoffTests {
    private let start = ContinuousClock.now

    /// The delays after immediately successive failures.
    private func delays(_ count: Int, seed: UInt64) -> [Duration] {
        var (backoff, random, now) = (Backoff(), SplitMix64(seed: seed), start)
        return (0..<count).map { _ in
            let delay = backoff.delay(after: now, random: &random)
            now += delay
            return delay
        }
    }

    @Test(arguments: UInt64(1)...50)
    func `bounds double from 0.8 s to 30 s and delays lie between a tenth and the whole`(seed: UInt64) {
        let bounds: [Double] = [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30, 30]
        for (delay, bound) in zip(delays(9, seed: seed), bounds) {
            #expect(delay >= .seconds(bound * 0.099) && delay <= .seconds(bound))
        }
    }

    @Test func `two nodes do not come back together`() {
        #expect(delays(3, seed: 1) != delays(3, seed: 2))
    }

    @Test func `two minutes of health make the next failure the first again`() {
        var (backoff, random) = (Backoff(), SplitMix64(seed: 7))
        var now = start
        for _ in 0..<8 { now += backoff.delay(after: now, random: &random) }
        let tired = backoff
        #expect(backoff.delay(after: now + .seconds(120), random: &random) <= .milliseconds(800))
        backoff = tired
        let soon = (0..<20).map { _ in
            var copy = tired
            return copy.delay(after: now + .seconds(119), random: &random)
        }
        #expect(soon.contains { $0 > .milliseconds(800) })
    }

    @Test func `the server's wish for patience is granted, within reason`() {
        var (backoff, random) = (Backoff(), SplitMix64(seed: 7))
        #expect(backoff.delay(after: start, retryAfter: .seconds(45), random: &random) == .seconds(45))
        #expect(backoff.delay(after: start, retryAfter: .seconds(86400), random: &random) == .seconds(300))
        #expect(backoff.delay(after: start, retryAfter: .zero, random: &random) > .zero)
    }
}
