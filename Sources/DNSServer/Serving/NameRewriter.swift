import DNSMessages

/// The rules of `rewrite name`, in order.
struct NameRewriter: Sendable {
    private let rules: [NameRewrite]

    init(_ rules: [NameRewrite]) { self.rules = rules }

    var isEmpty: Bool { rules.isEmpty }

    /// The name to look up instead of `name`; `nil` if no rule matches.
    func rewrite(_ name: DomainName) -> DomainName? {
        var current = name.lowercased.description
        var isChanged = false
        for rule in rules {
            guard let new = Self.apply(rule, to: current) else { continue }
            current = new.hasSuffix(".") ? new : new + "."
            isChanged = true
            if !rule.continues { break }
        }
        return isChanged ? DomainName(current) : nil
    }

    private static func apply(_ rule: NameRewrite, to name: String) -> String? {
        let from = rule.from.lowercased()
        let dotted = from.hasSuffix(".") ? from : from + "."
        switch rule.match {
        case .exact: return name == dotted ? rule.to : nil
        case .prefix: return name.hasPrefix(from) ? rule.to + name.dropFirst(from.count) : nil
        case .suffix:
            guard name.hasSuffix(dotted) else { return nil }
            return name.dropLast(dotted.count) + (rule.to.hasSuffix(".") ? rule.to : rule.to + ".")
        case .substring:
            guard name.contains(from) else { return nil }
            return name.replacing(from, with: rule.to, maxReplacements: 1)
        case .regex:
            // Rules are checked when they are read.
            guard let regex = try? Regex(rule.from), let match = try? regex.firstMatch(in: name) else { return nil }
            var new = rule.to
            for (index, group) in match.output.enumerated() {
                new = new.replacing("{\(index)}", with: group.substring.map(String.init) ?? "")
            }
            return new
        }
    }
}

extension Response {
    /// The response with `name` instead of `rewritten` as the owner of records, as the client expects.
    func restoring(_ name: DomainName, insteadOf rewritten: DomainName) -> Response {
        let lower = rewritten.lowercased
        return mapRecords { if $0.name.lowercased == lower { $0.name = name } }
    }
}
