/// Why a configuration cannot be used: the place, the fault, and the remedy.
package struct DNSConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `FILE:LINE` of a Corefile, a flag's name, or empty.
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
