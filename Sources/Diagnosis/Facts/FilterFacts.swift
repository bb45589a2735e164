/// The rules of other programs.
package struct FilterFacts: Sendable, Hashable {
    package var tables: [FilterTable] = []
    /// What could not be read, in a few words each.
    package var unread: [String] = []

    package init() {}
}
