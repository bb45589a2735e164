import Foundation

/// Replaces what differs from run to run in kubectl's output by placeholders, and brings tables to one width. One for
/// each flow: what was numbered in one command has the same number in the next.
///
/// `<uid>`, `<rv>` (resource versions), `<time>`, `<age>`; `<IP-n>`, `<IP6-n>` and `<PORT-n>`: addresses and node ports
/// from the server's ranges that the flow has not asked for, by first appearance; `<hash>`, `<sfx>`: what the server
/// has generated; `<version>`, `<server>`, `<dir>`, `<node-port-range>`, `<service-range>`.
final class Normaliser {
    static let serviceRanges = ["10.96.0.0/12", "fd00:10:96::/112"]
    static let nodePorts = "20000-60000"

    private static let letters = "[bcdfghjklmnpqrstvwxz2456789]"
    private static let age = "(?:\\d+(?:ms|s|m|h|d|y))+"
    private static let ipv4 = "(?<![\\d.])\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}(?![\\d.]*\\d)"
    private static let ipv6 = "(?<![\\w:])[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}(?![\\w:])"
    private static let time =
        "\\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d (?:[+-]\\d{4}|GMT|UTC)"
        + "|\\b\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?: ?Z| ?[+-]\\d\\d:?\\d\\d)?"

    private let folder: String
    private let home: String
    private let kept: Set<String>
    private var numbers: [String: [String: Int]] = [:]

    /// For a flow that runs in `folder`, has `home` as its home, and `literals` in its commands and files.
    init(literals: String, folder: String, home: String) throws {
        self.folder = folder
        self.home = home
        var kept: Set<String> = ["10.96.0.0", "10.96.0.1", "fd00:10:96::", "fd00:10:96::1"]
        for pattern in [Self.ipv4, Self.ipv6, "\\b\\d{5}\\b"] {
            kept.formUnion(try Self.matches(pattern, literals))
        }
        self.kept = kept
    }

    func callAsFunction(_ original: String) throws -> String {
        var text = original.replacing(folder, with: "<dir>").replacing(home, with: "<dir>")
        for (pattern, template) in Self.fixed { text = try Self.replace(pattern, text, template) }
        text = text.replacing(Self.nodePorts, with: "<node-port-range>")
        for range in Self.serviceRanges { text = text.replacing(range, with: "<service-range>") }
        for (pattern, template) in Self.generated { text = try Self.replace(pattern, text, template) }
        text = try number(Self.ipv4, "IP", text) { $0.hasPrefix("10.") && (96...111).contains(Self.secondByte($0)) }
        text = try number(Self.ipv6, "IP6", text) { $0.hasPrefix("fd00:10:96::") }
        text = try number("(?<![\\w.<-])\\d{5}(?![\\w.>])", "PORT", text) { (20000...60000).contains(Int($0) ?? 0) }
        text = try Self.replace("(?m)^(\\s*(?:Age|AGE):\\s*)\(Self.age)", text, "$1<age>")
        return try Self.tables(text)
    }

    /// Patterns that need no memory, in their order.
    private static let fixed: [(String, String)] = [
        ("\\S*/(LIVE|MERGED)-\\d+/", "$1/"), ("kubectl-edit-\\d+", "kubectl-edit-<n>"),
        ("https?://(?:127\\.0\\.0\\.1|localhost|\\[::1\\]):\\d+", "<server>"),
        ("\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b", "<uid>"), (time, "<time>"),
        ("(resourceVersion\\\\*\"?: ?\\\\*\"?)\\d+", "$1<rv>"),
        ("(resource version: \\d+, current: |resource version: \\d+ \\()\\d+", "$1<rv>"),
        // What client-go says where a watch on a connection of its own ends within a second: docs/apiserver.md.
        ("(?m)^I\\d{4} .*very short watch: .*\\n?", ""),
        // A line of klog's.
        ("(?m)^([EWIF])\\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d+ +\\d+ ", "$1<time> <pid> "),
        ("(?m)(last-change-trigger-time: ?\"?)\\S+?(\"|$)", "$1<time>$2"),
        ("\\bv\\d+\\.\\d+\\.\\d+[\\w.+-]*", "<version>"),
    ]

    private static let generated: [(String, String)] = [
        ("(pod-template-hash\"?(?:=|: ?\"?))\(letters)+", "$1<hash>"),
        ("(?<=[a-z0-9])-\(letters){8,10}-\(letters){5}\\b(?![-\\w])", "-<hash>-<sfx>"),
        ("(?<=[a-z0-9])-\(letters){9,10}\\b(?![-.\\w])", "-<hash>"),
        ("(?<=[a-z0-9])-\(letters){5}\\b(?![-.\\w])", "-<sfx>"),
    ]

    /// Columns of tables stand three blanks apart, whatever their width, and ages are placeholders.
    private static func tables(_ text: String) throws -> String {
        let heading =
            "^\\s*(?:[A-Z][A-Z0-9()_./-]*)(?:(?: {2,}| )[A-Z(][A-Z0-9()_./-]*)*\\s*$"
            + "|^\\s*Type\\s+Reason\\s+Age\\s+From"
        var isTable = false
        return try text.split(separator: "\n", omittingEmptySubsequences: false).map { part in
            let line = try replace("\\s+$", String(part), "")
            if line.isEmpty { isTable = false } else if try !matches(heading, line).isEmpty { isTable = true }
            guard try isTable || !matches(" {2,}\(age)( {2,}|$)", line).isEmpty else { return line }
            let cells = try replace("(?<=\\S) {2,}", line, "\t")
                .split(separator: "\t", omittingEmptySubsequences: false)
            return try cells.map { cell in
                try replace("^( *)\(age)(?: \\(x\\d+ over .*\\))?$", String(cell), "$1<age>")
            }.joined(separator: "   ")
        }.joined(separator: "\n")
    }

    /// Replaces what `isOurs` by its number, unless the flow has asked for it itself.
    private func number(
        _ pattern: String, _ kind: String, _ text: String, _ isOurs: (String) -> Bool
    ) throws -> String {
        let expression = try NSRegularExpression(pattern: pattern)
        var result = ""
        var end = text.startIndex
        for match in expression.matches(in: text, range: NSRange(text.startIndex..., in: text)) {
            guard let range = Range(match.range, in: text) else { continue }
            let value = String(text[range])
            guard !kept.contains(value), isOurs(value) else { continue }
            let number = numbers[kind]?[value] ?? (numbers[kind]?.count ?? 0) + 1
            numbers[kind, default: [:]][value] = number
            result += text[end..<range.lowerBound] + "<\(kind)-\(number)>"
            end = range.upperBound
        }
        return result + text[end...]
    }

    private static func secondByte(_ address: String) -> Int {
        address.split(separator: ".").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    private static func matches(_ pattern: String, _ text: String) throws -> [String] {
        let expression = try NSRegularExpression(pattern: pattern)
        return expression.matches(in: text, range: NSRange(text.startIndex..., in: text)).compactMap { match in
            Range(match.range, in: text).map { String(text[$0]) }
        }
    }

    private static func replace(_ pattern: String, _ text: String, _ template: String) throws -> String {
        try NSRegularExpression(pattern: pattern).stringByReplacingMatches(
            in: text, range: NSRange(text.startIndex..., in: text), withTemplate: template)
    }
}
