/// What is known of one link of the chain.
package enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
    case ok
    case broken
    /// It could not be looked at, or what was seen proves nothing.
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
