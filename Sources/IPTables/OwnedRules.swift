/// The chains that a mode fills and the rules that lead to them: what the cleanup of another mode leaves alone.
package struct OwnedRules: Sendable, Hashable {
    package var jumps: [Jump]
    package var chains: [Table: Set<String>]

    package init(jumps: [Jump] = [], chains: [Table: Set<String>] = [:]) {
        self.jumps = jumps
        self.chains = chains
    }
}
