extension LabelSelector {
    /// Reads the text form, such as `app=web,tier in (a,b),!old`.
    ///
    /// - Throws: `APIStatus` with code 400.
    package init(parsing text: String) throws(APIStatus) {
        var parser = LabelSelectorParser(text)
        do {
            requirements = try parser.requirements().sorted { $0.key < $1.key }
        } catch {
            throw .badRequest(error.message)
        }
    }
}

/// Why a selector cannot be read, in Kubernetes' wording.
private struct SelectorError: Error {
    var message: String
}

private struct LabelSelectorParser {
    private enum Token: Equatable {
        case identifier(String)
        case symbol(String)
        case end

        var text: String {
            switch self {
            case .identifier(let text), .symbol(let text): text
            case .end: ""
            }
        }
    }

    private var tokens: [Token] = []
    private var position = 0

    init(_ text: String) {
        var rest = text[...]
        while let character = rest.first {
            if character.isWhitespace {
                rest.removeFirst()
            } else if let symbol = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"].first(where: rest.hasPrefix) {
                tokens.append(.symbol(symbol))
                rest.removeFirst(symbol.count)
            } else {
                let word = rest.prefix { !$0.isWhitespace && !"=!(),><".contains($0) }
                tokens.append(.identifier(String(word)))
                rest.removeFirst(word.count)
            }
        }
    }

    private var next: Token { position < tokens.count ? tokens[position] : .end }

    private mutating func take() -> Token {
        let token = next
        position += 1
        return token
    }

    mutating func requirements() throws(SelectorError) -> [LabelSelector.Requirement] {
        var requirements: [LabelSelector.Requirement] = []
        while true {
            switch next {
            case .identifier, .symbol("!"):
                do {
                    requirements.append(try requirement())
                } catch {
                    throw SelectorError(message: "unable to parse requirement: \(error.message)")
                }
                let after = take()
                if after == .end { return requirements }
                guard after == .symbol(",") else {
                    throw SelectorError(message: "found '\(after.text)', expected: ',' or 'end of string'")
                }
                switch next {
                case .identifier, .symbol("!"): continue
                default:
                    throw SelectorError(message: "found '\(next.text)', expected: identifier after ','")
                }
            case .end: return requirements
            default:
                throw SelectorError(message: "found '\(next.text)', expected: !, identifier, or 'end of string'")
            }
        }
    }

    private mutating func requirement() throws(SelectorError) -> LabelSelector.Requirement {
        var isNegated = false
        if next == .symbol("!") {
            isNegated = true
            position += 1
        }
        let token = take()
        guard case .identifier(let key) = token else {
            throw SelectorError(message: "found '\(token.text)', expected: identifier")
        }
        if let problem = NameFormats.qualifiedName(key).first {
            throw SelectorError(message: "<nil>: Invalid value: \(GoText.quoted(key)): \(problem)")
        }
        if next == .end || next == .symbol(",") {
            return LabelSelector.Requirement(key: key, comparison: isNegated ? .doesNotExist : .exists, values: [])
        }
        if isNegated {
            throw SelectorError(message: "found '\(next.text)', expected: ',' or 'end of string'")
        }
        return try comparison(key)
    }

    private mutating func comparison(_ key: String) throws(SelectorError) -> LabelSelector.Requirement {
        let token = take()
        let comparison: LabelSelector.Requirement.Comparison
        switch token {
        case .symbol("="): comparison = .equals
        case .symbol("=="): comparison = .doubleEquals
        case .symbol("!="): comparison = .notEquals
        case .symbol(">"): comparison = .isGreater
        case .symbol("<"): comparison = .isLess
        case .identifier("in"): comparison = .isIn
        case .identifier("notin"): comparison = .isNotIn
        default:
            throw SelectorError(
                message: "found '\(token.text)', expected: in, notin, =, ==, !=, gt, lt")
        }
        let values: [String]
        switch comparison {
        case .isIn, .isNotIn: values = try list()
        default: values = [try value()]
        }
        if comparison == .isGreater || comparison == .isLess, Int64(values[0]) == nil {
            throw SelectorError(
                message:
                    "values[0]: Invalid value: \(GoText.quoted(values[0])): for 'Gt', 'Lt' operators, the value must "
                    + "be an integer"
            )
        }
        for (index, value) in values.enumerated() {
            if let problem = NameFormats.labelValue(value).first {
                throw SelectorError(
                    message: "values[\(index)][\(key)]: Invalid value: \(GoText.quoted(value)): \(problem)")
            }
        }
        return LabelSelector.Requirement(key: key, comparison: comparison, values: values)
    }

    /// One value; missing ones are empty.
    private mutating func value() throws(SelectorError) -> String {
        switch next {
        case .identifier(let text):
            position += 1
            return text
        case .end, .symbol(","): return ""
        default: throw SelectorError(message: "found '\(next.text)', expected: identifier")
        }
    }

    private mutating func list() throws(SelectorError) -> [String] {
        let open = take()
        guard open == .symbol("(") else { throw SelectorError(message: "found '\(open.text)' expected: '('") }
        var values: Set<String> = []
        while true {
            switch next {
            case .identifier(let text):
                position += 1
                values.insert(text)
            case .symbol(","), .symbol(")"): values.insert("")
            default: throw SelectorError(message: "found '\(next.text)', expected: ',', ')' or identifier")
            }
            let after = take()
            if after == .symbol(")") { return values.sorted() }
            guard after == .symbol(",") else {
                throw SelectorError(message: "found '\(after.text)', expected: ',' or ')'")
            }
        }
    }
}
