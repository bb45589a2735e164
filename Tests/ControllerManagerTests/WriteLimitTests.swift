import Testing

@testable import ControllerManager

@Suite struct WriteLimitTests {
    @Test func aBurstIsFollowedByAnEvenPace() {
        let start = ContinuousClock.now
        var bucket = WriteLimit.Bucket(perSecond: 10, at: start)
        for _ in 0..<10 { #expect(bucket.take(at: start) == .zero) }
        #expect(bucket.take(at: start) == .milliseconds(100))
        #expect(bucket.take(at: start) == .milliseconds(200))
        #expect(bucket.take(at: start.advanced(by: .milliseconds(500))) == .zero)
    }
}
