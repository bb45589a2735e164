package import InternetAddresses

/// Where in the kernel's processing a chain is called.
package enum FilterHook: String, Sendable, Hashable, CaseIterable {
    case prerouting
    case input
    case forward
    case output
    case postrouting
}

/// A table of rules that another program has written, as far as it can drop packets.
package struct FilterTable: Sendable, Hashable {
    /// As its tool names it: `table inet firewall`, `iptables table filter`.
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
    /// `nil` for a chain that others lead to.
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
        /// Also a rejection.
        case drop
        case jump(String)
        case goto(String)
        case `return`
        /// It goes on with the next rule.
        case next
    }

    /// As its tool prints it.
    package var text: String
    /// All have to hold.
    package var matches: [FilterMatch]
    package var action: Action

    package init(text: String, matches: [FilterMatch], action: Action) {
        self.text = text
        self.matches = matches
        self.action = action
    }
}
