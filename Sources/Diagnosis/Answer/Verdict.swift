/// The state of one link of the chain.
package enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
    case ok
    case broken
    /// It could not be checked, or the check was inconclusive.
    case unknown

    /// `✓`, `✗` or `?`.
    package var symbol: String {
        switch self {
        case .ok: "✓"
        case .broken: "✗"
        case .unknown: "?"
        }
    }
}
