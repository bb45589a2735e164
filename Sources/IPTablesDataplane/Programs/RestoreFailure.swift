import Dataplane

/// Why `iptables-restore` refused its input.
struct RestoreFailure: Error, Sendable, Hashable {
    var program: String
    var status: Int32
    /// What it wrote to its standard error.
    var text: String

    /// The line of the input that it names, counted from 1; `nil` if it names none.
    ///
    /// The forms are `line 7 failed`, `Error occurred at line: 7` and, from the kernel through the nft back end,
    /// `line 7: RULE_APPEND failed (No such file or directory)`.
    var line: Int? {
        var words = text.split { $0.isWhitespace || $0 == ":" }[...]
        while let index = words.firstIndex(of: "line") {
            words = words[(index + 1)...]
            if let number = words.first.flatMap({ Int($0) }) { return number }
        }
        return nil
    }

    /// The first line that says something.
    var reason: String {
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("Try `") && !$0.hasPrefix("#") }
        return lines.first { $0.contains("failed") || $0.count > program.count + 25 }.map { String($0) } ?? text
    }

    /// The failure as callers of the data plane see it.
    var asDataplaneError: DataplaneError {
        if Self.isPermission(text) {
            return DataplaneError(
                .permission, "\(program) may not change rules; run as root or with CAP_NET_ADMIN", cause: self)
        }
        // Status 4: somebody else holds the lock, or changed the rules at the same time.
        return DataplaneError(
            .transient, "\(program) failed (status \(status)); the rules stay as they were: \(text)", cause: self)
    }

    static func isPermission(_ text: String) -> Bool {
        text.contains("Permission denied") || text.contains("Operation not permitted")
    }
}
