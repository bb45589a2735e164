/// Why a configuration cannot be used: the file and line or the flag, the fault, and the remedy.
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// An unknown flag, or one without its value.
        case usage
        /// An invalid value, alone or in combination.
        case invalid
        /// A file that cannot be read or written.
        case file
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

/// The fault of one value; the caller adds its place.
struct ValueProblem: Error, Hashable {
    /// The end of a sentence that begins with the name of the field or flag.
    var text: String

    init(_ text: String) { self.text = text }
}
