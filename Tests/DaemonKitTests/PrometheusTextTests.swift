import Testing

@testable import DaemonKit

@Suite("Prometheus' text format")
struct PrometheusTextTests {
    @Test(
        "bounds are written as Go writes them",
        arguments: [
            (0.005, "0.005"), (1, "1"), (604_800, "604800"), (1_048_576, "1.048576e+06"), (3_000_000, "3e+06"),
            (124_416_000, "1.24416e+08"), (20_000_000_000, "2e+10"),
        ] as [(Double, String)])
    func bounds(value: Double, text: String) {
        #expect(PrometheusText.bound(value) == text)
    }
}
