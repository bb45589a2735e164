/// What a mode has programmed, compared with what routing has decided.
package struct KernelAudit: Sendable, Hashable {
    /// Something that is missing, foreign or altered beside the frontends themselves.
    package struct Damage: Sendable, Hashable {
        /// In a few words: `rules of chain unserved in table ip servicelet`.
        package var text: String
        /// The frontends that it concerns; `nil` for all of them.
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
