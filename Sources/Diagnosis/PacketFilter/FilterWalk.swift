/// A packet's path through a table: whether it is certain not to reach a Service's endpoint, and by which rule.
struct FilterWalk {
    /// The rule or policy that keeps a packet from an endpoint.
    struct Culprit: Hashable {
        enum Effect: Hashable {
            case drops
            /// Exempts it from connection tracking, without which nothing is translated.
            case untracks
            /// Decides before the rules of Services do, in the same chain.
            case bypasses
        }

        var effect = Effect.drops
        var table: String
        var chain: String
        /// The rule, or the chain's policy.
        var rule: String
        var hook: FilterHook
        var priority: Int
    }

    private enum End {
        case accepted
        case dropped(chain: String, rule: String)
        case untracked(chain: String, rule: String)
        case returned
        /// Whether it ends here is unknown.
        case uncertain
    }

    /// Jumps deeper than this are not followed: the kernel allows 16.
    private static let depth = 16
    /// `NF_IP_PRI_CONNTRACK`: connections are tracked between chains of lower and of higher priority.
    private static let tracking = -200
    /// The chain of Services that kube-proxy and servicelet share in iptables and ipvs mode.
    private static let services = "KUBE-SERVICES"

    let table: FilterTable

    /// The base chains at a hook, in the order in which the kernel calls them.
    func chains(at hook: FilterHook) -> [(name: String, chain: FilterChain)] {
        table.chains.filter { $0.value.hook == hook }.map { ($0.key, $0.value) }
            .sorted { ($0.chain.priority, $0.name) < ($1.chain.priority, $1.name) }
    }

    /// The rule certain to drop the packet in a base chain; `nil` if there is none.
    func culprit(of packet: FilterPacket, in name: String, _ chain: FilterChain, at hook: FilterHook) -> Culprit? {
        switch walk(packet, name, depth: 0, isBeforeTracking: chain.priority < Self.tracking) {
        case .accepted, .uncertain: return nil
        case .untracked(let place, let rule):
            return Culprit(
                effect: .untracks, table: table.name, chain: place, rule: rule, hook: hook, priority: chain.priority)
        case .dropped(let place, let rule):
            return Culprit(table: table.name, chain: place, rule: rule, hook: hook, priority: chain.priority)
        case .returned:
            guard chain.dropsByDefault else { return nil }
            return Culprit(table: table.name, chain: name, rule: "policy drop", hook: hook, priority: chain.priority)
        }
    }

    /// The rule that is certain to accept the packet before the chain jumps to the rules of Services; `nil` if there is
    /// none, or the chain does not jump there.
    func bypass(of packet: FilterPacket, in name: String, _ chain: FilterChain, at hook: FilterHook) -> Culprit? {
        guard let jump = chain.rules.firstIndex(where: { $0.action == .jump(Self.services) }) else { return nil }
        for rule in chain.rules[..<jump] {
            switch walk(packet, name, [rule], depth: 0, isBeforeTracking: false) {
            case .accepted:
                return Culprit(
                    effect: .bypasses, table: table.name, chain: name, rule: rule.text, hook: hook,
                    priority: chain.priority)
            case .returned: continue
            case .dropped, .untracked, .uncertain: return nil
            }
        }
        return nil
    }

    private func walk(_ packet: FilterPacket, _ name: String, depth: Int, isBeforeTracking: Bool) -> End {
        guard depth < Self.depth, let chain = table.chains[name] else { return .uncertain }
        return walk(packet, name, chain.rules, depth: depth, isBeforeTracking: isBeforeTracking)
    }

    private func walk(
        _ packet: FilterPacket, _ name: String, _ rules: [FilterRule], depth: Int, isBeforeTracking: Bool
    ) -> End {
        // After a rule that may have accepted the packet, or led it elsewhere, nothing is certain.
        var mayHaveEnded = false
        for rule in rules {
            var holds: Bool? = true
            for match in rule.matches {
                let result = match.holds(for: packet)
                if result == false {
                    holds = false
                    break
                }
                if result == nil { holds = nil }
            }
            guard holds != false else { continue }
            let isCertain = holds == true && !mayHaveEnded
            switch rule.action {
            case .next: continue
            case .untrack:
                if isCertain, isBeforeTracking { return .untracked(chain: name, rule: rule.text) }
            case .drop:
                if isCertain { return .dropped(chain: name, rule: rule.text) }
            case .accept, .return:
                if isCertain { return rule.action == .accept ? .accepted : .returned }
                mayHaveEnded = true
            case .jump(let target), .goto(let target):
                let end = walk(packet, target, depth: depth + 1, isBeforeTracking: isBeforeTracking)
                var isGoto = false
                if case .goto = rule.action { isGoto = true }
                switch end {
                case .returned:
                    if isGoto {
                        if isCertain { return .returned }
                        mayHaveEnded = true
                    }
                case .accepted, .dropped, .untracked:
                    if isCertain { return end }
                    if case .accepted = end { mayHaveEnded = true }
                case .uncertain: mayHaveEnded = true
                }
            }
        }
        return mayHaveEnded ? .uncertain : .returned
    }
}
