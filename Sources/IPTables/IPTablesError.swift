import Glibc
package import Netlink

/// Why the programs failed.
package struct IPTablesError: Error, Sendable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// The program is not installed.
        case notInstalled
        /// The program runs, but the kernel has no such table or family.
        case unsupported
        /// Root or CAP_NET_ADMIN is missing.
        case permission
        /// A refusal, or a failure to run the program at all. The same call may succeed later.
        case transient
    }

    package var code: Code
    /// What failed, why, and what to do.
    package var message: String
    /// The program's standard error; empty if it did not run.
    package var output: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, output: String = "", cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.output = output
        self.cause = cause
    }

    /// The failure of a program that ran to completion.
    package init(program: String, status: Int32, output: String) {
        let says = Self.reason(in: output, of: program)
        if output.contains("Permission denied") || output.contains("Operation not permitted") {
            self.init(
                .permission, "\(program) may not access the kernel's rules; run as root or with CAP_NET_ADMIN",
                output: output)
        } else if Self.lacksKernelSupport.contains(where: output.contains) {
            self.init(
                .unsupported, "\(program): the kernel lacks what it needs (\(says)); load the kernel's modules",
                output: output)
        } else {
            // Status 4: another program holds the lock, or changed the rules at the same time.
            self.init(.transient, "\(program) failed (status \(status)): \(says)", output: output)
        }
    }

    /// The failure of a query to the kernel; `what` is its subject, such as `the kernel's tables`.
    package init(_ error: NetlinkError, reading what: String) {
        let isPermission = error.errno == EPERM || error.errno == EACCES
        self.init(isPermission ? .permission : .transient, "cannot read \(what): \(error)", cause: error)
    }

    package var description: String { message }

    /// Whether the programs or the kernel lack the feature, so that there can be no rules either.
    package var isAbsence: Bool { code == .notInstalled || code == .unsupported }

    /// The line of the restore input that ``output`` names, counted from 1; `nil` if it names none.
    ///
    /// The forms are `line 7 failed`, `Error occurred at line: 7` and, from the kernel through the nft back end,
    /// `line 7: RULE_APPEND failed (No such file or directory)`.
    package var line: Int? {
        var words = output.split { $0.isWhitespace || $0 == ":" }[...]
        while let index = words.firstIndex(of: "line") {
            words = words[(index + 1)...]
            if let number = words.first.flatMap({ Int($0) }) { return number }
        }
        return nil
    }

    /// The kernel's or the program's own words, on one line.
    package var reason: String { output.isEmpty ? message : Self.reason(in: output, of: "") }

    /// The messages of both back ends' programs if a table, a family or all of nf_tables is missing.
    private static let lacksKernelSupport = [
        "do you need to insmod", "Table does not exist", "Address family not supported", "Protocol not supported",
        "Could not fetch rule set generation id: Invalid argument",
    ]

    /// The first informative line.
    private static func reason(in output: String, of program: String) -> String {
        let lines = output.split(separator: "\n").filter { !$0.hasPrefix("Try `") && !$0.hasPrefix("#") }
        let line = lines.first { $0.contains("failed") || $0.count > 45 } ?? lines.first
        return line.map(String.init) ?? "it gave no reason"
    }
}
