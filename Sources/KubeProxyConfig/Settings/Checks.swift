import InternetAddresses

/// kube-proxy's validation of single values (`pkg/proxy/apis/config/validation`).
enum Checks {
    static func between(_ range: ClosedRange<Int>) -> @Sendable (Int) -> String? {
        { range.contains($0) ? nil : "is \($0); write a number from \(range.lowerBound) to \(range.upperBound)" }
    }

    static func notNegative(_ value: Int) -> String? { value < 0 ? "is \(value); write 0 or more" : nil }

    static func notNegative(_ value: Duration) -> String? {
        value < .zero ? "is \(value.goText); write 0s or more" : nil
    }

    static func positive(_ value: Duration) -> String? {
        value <= .zero ? "is \(value.goText); write a duration above 0s" : nil
    }

    static func address(_ text: String) -> String? {
        IPAddress(text) == nil ? "is “\(text)”; write an IP address such as 0.0.0.0 or ::" : nil
    }

    static func networks(_ list: [String]) -> String? {
        for text in list where IPNetwork(text) == nil {
            return "has “\(text)”; write networks such as 192.0.2.0/24 or 2001:db8::/64"
        }
        return nil
    }

    /// One network, or one per family.
    static func clusterCIDR(_ text: String) -> String? {
        if text.isEmpty { return nil }
        let remedy = "write the pods' network, or one of each family, such as 10.244.0.0/16,fd00:10:244::/48"
        var families: Set<IPFamily> = []
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { !$0.isWhitespace } }
        for part in parts {
            guard let network = IPNetwork(part) else { return "has “\(part)”, which is not a network; \(remedy)" }
            families.insert(network.family)
        }
        return parts.count == families.count ? nil : "is “\(text)”; \(remedy)"
    }

    /// Networks and words, in any combination.
    static func nodePortAddresses(_ list: [String]) -> String? {
        for text in list where IPNetwork(text) == nil && !["primary", "localhost", "all"].contains(text) {
            return "has “\(text)”; write primary, localhost, all, or networks such as 192.0.2.0/24,2001:db8::/64"
        }
        return nil
    }

    static func oneOf(_ choices: String...) -> @Sendable (String) -> String? {
        { text in
            let names = choices.filter { !$0.isEmpty }
            return choices.contains(text)
                ? nil
                : "is “\(text)”; write \(names.dropLast().joined(separator: ", ")) or \(names.suffix(1).joined())"
        }
    }

    /// A valid name, or none.
    static func notBlank(_ text: String) -> String? {
        text.isEmpty || text.contains { !$0.isWhitespace }
            ? nil : "is “\(text)”, which is no name; write one, or omit it for the host name"
    }

    static func portRange(_ text: String) -> String? {
        if text.isEmpty { return nil }
        let separator: Character = text.contains("+") ? "+" : "-"
        let numbers = text.split(separator: separator, omittingEmptySubsequences: false).map { UInt16($0) }
        let isRange = (1...2).contains(numbers.count) && numbers.allSatisfy { $0 != nil }
        return isRange ? nil : "is “\(text)”; write ports such as 300-2000"
    }

    /// The version `X.Y` of a release.
    static func minorVersion(_ text: String) -> String? {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        let isVersion = text.isEmpty || numbers.count == 2 && numbers.allSatisfy { UInt16($0) != nil }
        return isVersion ? nil : "is “\(text)”; write a release such as 1.35"
    }
}
