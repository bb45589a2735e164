/// What identifies an object of a namespaced kind: `namespace/name`.
package struct NamespacedName: Sendable, Hashable {
    package var namespace: String
    package var name: String

    package init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }
}

extension NamespacedName: Comparable, CustomStringConvertible {
    /// By namespace, then by name.
    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.namespace, lhs.name) < (rhs.namespace, rhs.name)
    }

    package var description: String { "\(namespace)/\(name)" }
}
