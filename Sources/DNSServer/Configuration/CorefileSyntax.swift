/// A word of a Corefile and the line it is on.
struct CorefileToken: Sendable, Hashable {
    var text: String
    var line: Int
}

/// A line of a server block: the name of a plugin or option, its arguments, and the lines within its braces.
struct CorefileDirective: Sendable, Hashable {
    var name: CorefileToken
    var arguments: [CorefileToken]
    var body: [CorefileDirective]
}

/// A server block: its zones and their directives.
struct CorefileBlock: Sendable, Hashable {
    var keys: [CorefileToken]
    var directives: [CorefileDirective]
}

/// Reads the syntax of a Corefile: blocks, braces, quotes, comments, and `{$NAME}` for environment variables
/// (https://coredns.io/manual/configuration/).
struct CorefileParser {
    private var tokens: [CorefileToken] = []
    private var position = 0
    private var lastLine = 1

    static func parse(_ text: String, environment: [String: String]) throws(DNSConfigurationError) -> [CorefileBlock] {
        var parser = CorefileParser()
        try parser.split(text, environment: environment)
        return try parser.blocks()
    }

    private var next: CorefileToken? { position < tokens.count ? tokens[position] : nil }

    private mutating func blocks() throws(DNSConfigurationError) -> [CorefileBlock] {
        var blocks: [CorefileBlock] = []
        while next != nil {
            var keys: [CorefileToken] = []
            while let token = next, token.text != "{" {
                if token.text == "}" { throw DNSConfigurationError(line: token.line, "} closes nothing; remove it") }
                if token.text == "import" || token.text.hasPrefix("(") {
                    throw DNSConfigurationError(
                        line: token.line, "\(token.text): imports and snippets are not supported; write the lines out")
                }
                keys.append(token)
                position += 1
            }
            guard let open = next else {
                throw DNSConfigurationError(line: lastLine, "a block without {; write ZONE:PORT { … }")
            }
            guard !keys.isEmpty else {
                throw DNSConfigurationError(line: open.line, "a block without a zone; write .:53 { … }")
            }
            for index in keys.indices where keys[index].text.hasSuffix(",") { keys[index].text.removeLast() }
            blocks.append(CorefileBlock(keys: keys, directives: try body()))
        }
        return blocks
    }

    /// The lines between braces; the next token is the opening one.
    private mutating func body() throws(DNSConfigurationError) -> [CorefileDirective] {
        let open = tokens[position]
        position += 1
        var directives: [CorefileDirective] = []
        while let name = next {
            position += 1
            if name.text == "}" { return directives }
            var directive = CorefileDirective(name: name, arguments: [], body: [])
            while let token = next, token.line == name.line, token.text != "}" {
                if token.text == "{" {
                    directive.body = try body()
                    break
                }
                directive.arguments.append(token)
                position += 1
            }
            directives.append(directive)
        }
        throw DNSConfigurationError(line: open.line, "{ is never closed; add } at the end of the block")
    }

    private mutating func split(
        _ text: String, environment: [String: String]
    ) throws(DNSConfigurationError) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            lastLine = index + 1
            var word = ""
            var isQuoted = false
            var wasQuoted = false
            var isEscaped = false
            func finish(_ tokens: inout [CorefileToken]) {
                guard !word.isEmpty || wasQuoted else { return }
                let value = wasQuoted ? word : Self.expand(word, environment: environment)
                if !value.isEmpty || wasQuoted { tokens.append(CorefileToken(text: value, line: index + 1)) }
                word = ""
                wasQuoted = false
            }
            for character in line where character != "\r" {
                if isEscaped {
                    if character != "\"" { word.append("\\") }
                    word.append(character)
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    isQuoted.toggle()
                    wasQuoted = true
                } else if isQuoted {
                    word.append(character)
                } else if character.isWhitespace {
                    finish(&tokens)
                } else if character == "#", word.isEmpty {
                    break
                } else {
                    word.append(character)
                }
            }
            if isEscaped { word.append("\\") }
            guard !isQuoted else { throw DNSConfigurationError(line: index + 1, "a quote is never closed; add \"") }
            finish(&tokens)
        }
    }

    /// Substitutes `{$NAME}` and `{%NAME%}`; an unset variable is empty.
    private static func expand(_ word: String, environment: [String: String]) -> String {
        word.replacing(#/\{\$([A-Za-z_0-9]+)\}|\{%([A-Za-z_0-9]+)%\}/#) { match in
            (match.1 ?? match.2).flatMap { environment[String($0)] } ?? ""
        }
    }
}
