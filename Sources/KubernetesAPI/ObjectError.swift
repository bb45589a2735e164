/// Why an object cannot be used: the object, the field, what is wrong with it, and what to do.
package struct ObjectError: Error, Sendable, Hashable {
    /// `Service default/web`, or as much of that as could be read.
    package var object: String
    /// The path of the field, such as `spec.ports[0].port`; empty if the object as a whole is meant.
    package var field: String
    /// What is wrong, and how to fix it: `65536 is not a port; use 1 to 65535`.
    package var reason: String

    package init(object: String, field: String, reason: String) {
        self.object = object
        self.field = field
        self.reason = reason
    }
}

extension ObjectError: CustomStringConvertible {
    package var description: String {
        field.isEmpty ? "\(object): \(reason)" : "\(object): \(field): \(reason)"
    }
}
