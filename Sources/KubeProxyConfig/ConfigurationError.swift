/// Why a configuration cannot be used: which file and line or which flag, what is wrong with it, and what to write.
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// A flag that does not exist, or lacks its value.
        case usage
        /// A value that makes no sense, alone or beside others.
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

/// What is wrong with one value; whoever knows where it stands says so.
struct ValueProblem: Error, Hashable {
    /// The end of a sentence that begins with the name of the field or flag.
    var text: String

    init(_ text: String) { self.text = text }
}
