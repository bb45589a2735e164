/// The format of a kind's names.
package enum NameRule: Sendable {
    case label
    case subdomain
    case pathSegment
    /// No rule at all.
    case any

    /// `isPrefix`: The name is a prefix of generated names and may end with a hyphen.
    ///
    /// - Returns: The problems of a name.
    func problems(_ name: String, isPrefix: Bool) -> [String] {
        var name = name
        if isPrefix, name.utf8.count > 1, name.hasSuffix("-") {
            name.removeLast()
            name += "a"
        }
        return switch self {
        case .label: NameFormats.label(name)
        case .subdomain: NameFormats.subdomain(name)
        case .pathSegment: NameFormats.pathSegment(name)
        case .any: []
        }
    }
}
