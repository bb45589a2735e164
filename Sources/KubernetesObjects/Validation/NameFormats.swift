/// Formats of names, labels and ports. Each check returns the problems, in kube-apiserver's wording.
enum NameFormats {
    /// `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, at most 63 bytes.
    static func label(_ text: String) -> [String] {
        var problems = tooLong(text, 63)
        if !isLabel(text.utf8) {
            problems.append(
                isSubdomain(text)
                    ? "must not contain dots"
                    : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must "
                        + "start "
                        + "and end with an alphanumeric character "
                        + expression("[a-z0-9]([-a-z0-9]*[a-z0-9])?", "my-name", "123-abc"))
        }
        return problems
    }

    /// Labels joined by dots, at most 253 bytes.
    static func subdomain(_ text: String) -> [String] {
        var problems = tooLong(text, 253)
        if !isSubdomain(text) {
            problems.append(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and "
                    + "must "
                    + "start and end with an alphanumeric character " + expression(subdomainExpression, "example.com"))
        }
        return problems
    }

    /// A subdomain after `*.`.
    static func wildcardSubdomain(_ text: String) -> [String] {
        if text.hasPrefix("*."), isSubdomain(String(text.dropFirst(2))) { return tooLong(text, 253) }
        return [
            "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must "
                + "consist of "
                + "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character "
                + expression(#"\*\."# + subdomainExpression, "*.example.com")
        ]
    }

    /// A name with an optional prefix, as in label keys: `example.com/my-name`.
    static func qualifiedName(_ text: String) -> [String] {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2 else {
            return [
                "a valid label key " + nameRule
                    + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            ]
        }
        var problems: [String] = []
        if parts.count == 2 {
            problems +=
                parts[0].isEmpty ? ["prefix part must be non-empty"] : subdomain(parts[0]).map { "prefix part \($0)" }
        }
        let name = parts[parts.count - 1]
        if name.isEmpty {
            problems.append("name part must be non-empty")
        } else {
            problems += tooLong(name, 63).map { "name part \($0)" }
        }
        if !isName(name.utf8) { problems.append("name part \(nameRule)") }
        return problems
    }

    static func labelValue(_ text: String) -> [String] {
        var problems = tooLong(text, 63)
        if !text.isEmpty, !isName(text.utf8) {
            problems.append(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and "
                    + "must "
                    + "start and end with an alphanumeric character "
                    + expression("(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?", "MyValue", "my_value", "12345"))
        }
        return problems
    }

    /// A key of a ConfigMap or Secret.
    static func configKey(_ text: String) -> [String] {
        var problems = tooLong(text, 253)
        if text.isEmpty || !text.utf8.allSatisfy({ isAlphanumeric($0) || isOneOf($0, "-._") }) {
            problems.append(
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
                    + expression("[-._a-zA-Z0-9]+", "key.name", "KEY_NAME", "key-name"))
        }
        switch text {
        case ".": problems.append("must not be '.'")
        case "..": problems.append("must not be '..'")
        case _ where text.hasPrefix(".."): problems.append("must not start with '..'")
        default: break
        }
        return problems
    }

    static func environmentName(_ text: String) -> [String] {
        var problems: [String] = []
        if text.isEmpty || !text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "=") }) {
            problems.append(
                "a valid environment variable name must consist only of printable ASCII characters other than '='")
        }
        return problems
    }

    /// The name of a container port, at most 15 bytes.
    static func portName(_ text: String) -> [String] {
        var problems = tooLong(text, 15)
        let bytes = Array(text.utf8)
        if !bytes.allSatisfy({ isLower($0) || isDigit($0) || $0 == hyphen }) || bytes.isEmpty {
            problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
        }
        if !bytes.contains(where: isLower) { problems.append("must contain at least one letter (a-z)") }
        if zip(bytes, bytes.dropFirst()).contains(where: { $0 == hyphen && $1 == hyphen }) {
            problems.append("must not contain consecutive hyphens")
        }
        if bytes.first == hyphen || bytes.last == hyphen { problems.append("must not begin or end with a hyphen") }
        return problems
    }

    static func portNumber(_ number: Int64) -> [String] {
        (1...65535).contains(number) ? [] : ["must be between 1 and 65535, inclusive"]
    }

    /// A path segment, the format of names that are not DNS names.
    static func pathSegment(_ text: String) -> [String] {
        if text == "." || text == ".." { return ["may not be '\(text)'"] }
        var problems: [String] = []
        for illegal in ["/", "%"] where text.contains(illegal) { problems.append("may not contain '\(illegal)'") }
        return problems
    }

    // MARK: Building blocks

    static let subdomainExpression = #"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"#

    private static let nameRule =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        + "character "
        + expression("([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]", "MyName", "my.name", "123-abc")

    static func tooLong(_ text: String, _ limit: Int) -> [String] {
        text.utf8.count > limit ? ["must be no more than \(limit) characters"] : []
    }

    private static func expression(_ expression: String, _ examples: String...) -> String {
        "(e.g. " + examples.map { "'\($0)'" }.joined(separator: ",  or ")
            + ", regex used for validation is '\(expression)')"
    }

    private static let hyphen = UInt8(ascii: "-")
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
    private static func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 0x61 < 26 }
    private static func isOneOf(_ byte: UInt8, _ set: StaticString) -> Bool {
        set.withUTF8Buffer { $0.contains(byte) }
    }

    private static func isLabel(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
        guard let first = bytes.first, let last = bytes.last, first != hyphen, last != hyphen else { return false }
        return bytes.allSatisfy { isLower($0) || isDigit($0) || $0 == hyphen }
    }

    static func isSubdomain(_ text: String) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { isLabel($0) }
    }

    private static func isName(_ bytes: some BidirectionalCollection<UInt8>) -> Bool {
        guard let first = bytes.first, let last = bytes.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return false
        }
        return bytes.allSatisfy { isAlphanumeric($0) || isOneOf($0, "-_.") }
    }
}
