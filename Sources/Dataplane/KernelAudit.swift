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
    /// How many frontends the kernel holds.
    package var frontendCount: Int

    package init(
        isProgrammed: Bool, discrepancies: [FrontendDiscrepancy] = [], damage: [Damage] = [], frontendCount: Int = 0
    ) {
        self.isProgrammed = isProgrammed
        self.discrepancies = discrepancies
        self.damage = damage
        self.frontendCount = frontendCount
    }
}
