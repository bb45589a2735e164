import Testing

@testable import KubernetesAPI

@Suite struct TimestampTests {
    @Test(
        "RFC 3339 is read as seconds since 1970",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:00Z", 951_825_600), ("2026-11-21T03:18:37Z", 1_795_231_117),
            ("2026-11-21T05:18:37.123456+02:00", 1_795_231_117), ("2026-11-20T22:18:37-05:00", 1_795_231_117),
            ("1969-12-31T23:59:59Z", -1), ("2100-03-01T00:00:00Z", 4_107_542_400),
        ] as [(String, Int64)])
    func reads(text: String, seconds: Int64) {
        #expect(Timestamp(text)?.seconds == seconds)
    }

    @Test(
        "other texts are refused",
        arguments: [
            "", "2026-11-21", "2026-11-21T03:18:37", "2026-13-21T03:18:37Z", "２026-11-21T03:18:37Z",
            "2026-11-21T03:18:37.", "-026-11-21T03:18:37Z",
        ])
    func refuses(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
