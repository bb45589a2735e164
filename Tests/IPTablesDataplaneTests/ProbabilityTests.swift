import Testing

@testable import IPTablesDataplane

@Suite("Probability")
struct ProbabilityTests {
    @Test(
        "probabilities are written as the kernel rounds them",
        arguments: [
            (1, "1.00000000000"), (2, "0.50000000000"), (3, "0.33333333349"), (4, "0.25000000000"),
            (5, "0.20000000019"), (6, "0.16666666651"), (7, "0.14285714272"), (1000, "0.00100000016"),
        ])
    func text(count: Int, text: String) {
        #expect(Probability.text(count) == text)
    }
}
