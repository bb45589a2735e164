/// A mode's chains and the rules that lead to them, which another mode's cleanup leaves alone.
package struct OwnedRules: Sendable, Hashable {
    package var jumps: [Jump]
    package var chains: [Table: Set<String>]

    package init(jumps: [Jump] = [], chains: [Table: Set<String>] = [:]) {
        self.jumps = jumps
        self.chains = chains
    }
}
