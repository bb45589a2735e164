import CLinux

/// A chain of rules.
package struct Chain: Sendable, Hashable {
    /// Where the kernel calls a base chain (`nf_nat` hooks only: they see the first packet of a connection).
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

        package init(_ point: Point, priority: Int32) {
            self.point = point
            self.priority = priority
        }
    }

    package var name: String
    /// Where packets enter; `nil` for a chain that only other chains lead to. The type is `nat`, the policy accept.
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
        return "chain \(name) { type nat hook \(hook.point) priority \(hook.priority); policy accept; }"
    }
}
