/// Why a configuration cannot be used: where, what is wrong, and what to do.
package struct DNSConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `FILE:LINE` of a Corefile, a flag's name, or nothing.
    package var place: String
    package var reason: String

    package init(place: String, _ reason: String) {
        self.place = place
        self.reason = reason
    }

    init(line: Int, _ reason: String) {
        self.init(place: "line \(line)", reason)
    }

    package var description: String { place.isEmpty ? reason : "\(place): \(reason)" }
}
