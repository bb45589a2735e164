/// A comparison of what a mode has programmed with what routing has decided.
package struct KernelAudit: Sendable, Hashable {
    /// Something missing, foreign or altered apart from the frontends themselves.
    package struct Damage: Sendable, Hashable {
        /// In a few words: `rules of chain unserved in table ip servicelet`.
        package var text: String
        /// The affected frontends; `nil` for all.
        package var places: Set<InspectedFrontend.Place>?

        package init(_ text: String, places: Set<InspectedFrontend.Place>? = nil) {
            self.text = text
            self.places = places
        }
    }

    /// Whether the mode has programmed anything at all.
    package var isProgrammed: Bool
    package var discrepancies: [FrontendDiscrepancy]
    package var damage: [Damage]
    /// How many frontends the kernel holds, of those that were read.
    package var frontendCount: Int
    /// Whether what is programmed has a form that only kube-proxy writes.
    package var isKubeProxys = false

    package init(
        isProgrammed: Bool, discrepancies: [FrontendDiscrepancy] = [], damage: [Damage] = [], frontendCount: Int = 0
    ) {
        self.isProgrammed = isProgrammed
        self.discrepancies = discrepancies
        self.damage = damage
        self.frontendCount = frontendCount
    }
}

/// How much of what a mode has programmed is compared with a snapshot.
package struct AuditScope: Sendable, Hashable {
    /// Whether the snapshot holds all routes of the node. Otherwise only what connections to its frontends pass is
    /// read, which costs the same however many other Services there are; frontends of others are not looked for.
    package var isWhole: Bool
    /// Whether rules in kube-proxy's own form come first, where both programs have left some.
    package var prefersKubeProxy: Bool

    package init(isWhole: Bool = true, prefersKubeProxy: Bool = false) {
        self.isWhole = isWhole
        self.prefersKubeProxy = prefersKubeProxy
    }
}
