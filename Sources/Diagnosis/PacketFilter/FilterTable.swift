package import InternetAddresses

/// The hook in the kernel at which a chain is called.
package enum FilterHook: String, Sendable, Hashable, CaseIterable {
    case prerouting
    case input
    case forward
    case output
    case postrouting
}

/// Another program's table of rules, reduced to what can drop packets.
package struct FilterTable: Sendable, Hashable {
    /// Its tool's name for it: `table inet firewall`, `iptables table filter`.
    package var name: String
    /// `nil` for both.
    package var family: IPFamily?
    /// By name.
    package var chains: [String: FilterChain] = [:]

    package init(name: String, family: IPFamily?) {
        self.name = name
        self.family = family
    }
}

package struct FilterChain: Sendable, Hashable {
    /// `nil` for a chain reached only from others.
    package var hook: FilterHook?
    package var priority = 0
    /// Whether it sees only the first packet of a connection.
    package var isNAT = false
    package var dropsByDefault = false
    package var rules: [FilterRule] = []

    package init(hook: FilterHook? = nil, priority: Int = 0) {
        self.hook = hook
        self.priority = priority
    }
}

package struct FilterRule: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        case accept
        /// Includes rejections.
        case drop
        case jump(String)
        case goto(String)
        case `return`
        /// Exempts the packet from connection tracking, and continues with the next rule.
        case untrack
        /// Continues with the next rule.
        case next
    }

    /// As its tool prints it.
    package var text: String
    /// All must match.
    package var matches: [FilterMatch]
    package var action: Action

    package init(text: String, matches: [FilterMatch], action: Action) {
        self.text = text
        self.matches = matches
        self.action = action
    }
}
