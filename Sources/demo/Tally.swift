import LabKit

/// How often each server answered.
struct Tally {
    private let title: String
    private let endpoints: [SocketAddress]
    private let keepsSource: Bool
    private var counts: [SocketAddress: Int] = [:]
    private var sources: Set<String> = []

    /// `keepsSource`: whether servers should see the client's own address rather than one of the node.
    init(_ title: String, _ endpoints: [SocketAddress], keepsSource: Bool) {
        self.title = title
        self.endpoints = endpoints
        self.keepsSource = keepsSource
    }

    /// Makes this many connections. Throws if one fails, or if an unexpected server answers.
    func fill(_ client: Client, _ count: Int, _ target: SocketAddress) async throws -> Tally {
        var tally = self
        // A hundred at once is far below the limit of open files.
        for start in stride(from: 0, to: count, by: 100) {
            try Task.checkCancellation()
            for outcome in try await client.connect(min(100, count - start), to: target) {
                guard case .served(let server, let source) = outcome else {
                    throw Surprise("a connection to \(target) was \(outcome)")
                }
                guard endpoints.contains(server) else { throw Surprise("\(server) answered and should not") }
                guard (source == client.source(for: target)) == keepsSource else {
                    throw Surprise("\(server) saw the source address \(source)")
                }
                tally.counts[server, default: 0] += 1
                tally.sources.insert(source)
            }
        }
        return tally
    }

    /// Shows a bar for each endpoint. Throws if they are more uneven than chance explains.
    func show() throws {
        let total = counts.values.reduce(0, +)
        let share = 1 / Double(endpoints.count)
        let expected = Double(total) * share
        // Five standard deviations of a binomial distribution: chance alone exceeds this once in a million times.
        let tolerance = 5 * (expected * (1 - share)).squareRoot()
        explain("")
        explain("\(title): \(total) answered, 0 failed")
        for endpoint in endpoints {
            let count = counts[endpoint] ?? 0
            let bar = String(repeating: "█", count: count * 60 / max(1, total))
            explain("  \(endpoint)  \(bar) \(count)")
            guard abs(Double(count) - expected) <= tolerance else {
                throw Surprise(
                    "\(endpoint) answered \(count) of \(total), expected \(Int(expected)) ± \(Int(tolerance))")
            }
        }
    }
}
