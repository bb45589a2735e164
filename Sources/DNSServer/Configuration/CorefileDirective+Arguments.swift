import DNSMessages

extension CorefileDirective {
    func expectNothing() throws(DNSConfigurationError) { try expect(arguments: 0...0, options: []) }

    /// Refuses a wrong number of arguments, and options not in the list.
    func expect(arguments range: ClosedRange<Int>, options: [String]) throws(DNSConfigurationError) {
        guard range.contains(arguments.count) else {
            let expected =
                range.lowerBound == range.upperBound
                ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            throw DNSConfigurationError(
                line: name.line, "\(name.text) takes \(expected) arguments, not \(arguments.count)")
        }
        for option in body where !options.contains(option.name.text) {
            let known = options.isEmpty ? "it has none" : "there are \(options.joined(separator: ", "))"
            throw DNSConfigurationError(
                line: option.name.line, "\(name.text): option \(option.name.text) is not supported; \(known)")
        }
    }

    func oneArgument() throws(DNSConfigurationError) -> CorefileToken {
        try expect(arguments: 1...1, options: [])
        return arguments[0]
    }

    func duration() throws(DNSConfigurationError) -> Duration { try oneArgument().duration() }

    /// `CAPACITY [TTL] [MINTTL]`
    func readPart(into part: inout CachePlugin.Part) throws(DNSConfigurationError) {
        try expect(arguments: 1...3, options: [])
        part.capacity = UInt32(try arguments[0].number(in: 1...10_000_000))
        if arguments.count > 1 { part.maximumTTL = UInt32(try arguments[1].number(in: 1...604_800)) }
        if arguments.count > 2 { part.minimumTTL = UInt32(try arguments[2].number(in: 0...604_800)) }
    }
}

extension [CorefileToken] {
    func zones() throws(DNSConfigurationError) -> [DomainName] {
        var zones: [DomainName] = []
        for token in self { zones.append(try Corefile.zone(token)) }
        return zones
    }
}

extension CorefileToken {
    func number(in range: ClosedRange<Int>) throws(DNSConfigurationError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw DNSConfigurationError(
                line: line, "\(text): give a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// `5s`, `1m30s`, `500ms`, as Go writes durations; a plain number is seconds.
    func duration() throws(DNSConfigurationError) -> Duration {
        var rest = text[...]
        var total = Duration.zero
        let units: [(String, Double)] = [
            ("ms", 0.001), ("us", 0.000001), ("ns", 1e-9), ("h", 3600), ("m", 60), ("s", 1),
        ]
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(digits.count)
            let unit = rest.isEmpty ? ("", 1) : units.first { rest.hasPrefix($0.0) }
            guard let number = Double(digits), number < 1e9, let unit else {
                throw DNSConfigurationError(line: line, "\(text) is not a duration; write it like 5s or 500ms")
            }
            total += .seconds(number * unit.1)
            rest = rest.dropFirst(unit.0.count)
        }
        guard !text.isEmpty else { throw DNSConfigurationError(line: line, "a duration is missing; write it like 5s") }
        return total
    }
}
