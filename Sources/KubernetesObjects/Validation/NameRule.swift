/// What the names of a kind have to look like.
package enum NameRule: Sendable {
    case label
    case subdomain
    case pathSegment
    /// No rule at all.
    case any

    /// `isPrefix`: The name is the beginning of generated ones and may end with a hyphen.
    ///
    /// - Returns: What is wrong with a name.
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
