import CLinux

/// A chain of rules.
package struct Chain: Sendable, Hashable {
    /// Where the kernel calls a base chain.
    package struct Hook: Sendable, Hashable {
        package enum Point: UInt32, Sendable, Hashable, CaseIterable {
            case prerouting = 0
            case input = 1
            case forward = 2
            case output = 3
            case postrouting = 4
        }

        package var point: Point
        /// Lower is earlier: -100 is `dstnat`, 100 is `srcnat`.
        package var priority: Int32
        /// We write `nat`: only the first packet of a connection enters such a chain.
        package var type: String
        /// What happens to a packet that no rule has decided on. We write `accept`; anything else stops all traffic.
        package var acceptsByDefault: Bool

        package init(_ point: Point, priority: Int32, type: String = "nat", acceptsByDefault: Bool = true) {
            self.point = point
            self.priority = priority
            self.type = type
            self.acceptsByDefault = acceptsByDefault
        }
    }

    package var name: String
    /// Where packets enter; `nil` for a chain reached only from other chains.
    package var hook: Hook?

    package init(_ name: String, hook: Hook? = nil) {
        self.name = name
        self.hook = hook
    }
}

extension Chain {
    /// The declaration as `nft` writes it, without the rules.
    package var nftText: String {
        guard let hook else { return "chain \(name)" }
        let policy = hook.acceptsByDefault ? "accept" : "drop"
        return "chain \(name) { type \(hook.type) hook \(hook.point) priority \(hook.priority); policy \(policy); }"
    }
}
