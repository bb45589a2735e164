/// Required labels of an object.
///
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
package struct LabelSelector: Sendable, Hashable {
    package struct Requirement: Sendable, Hashable {
        package enum Comparison: Sendable, Hashable {
            case equals, doubleEquals, notEquals, isIn, isNotIn, exists, doesNotExist, isGreater, isLess
        }

        package var key: String
        package var comparison: Comparison
        /// Sorted.
        package var values: [String]
    }

    package var requirements: [Requirement]

    package init(_ requirements: [Requirement]) {
        self.requirements = requirements
    }

    package var isEmpty: Bool { requirements.isEmpty }

    package func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { $0.matches(labels) }
    }

    /// Reads `matchLabels` and `matchExpressions`. Unknown operators match nothing.
    package init(_ selector: JSONValue) {
        requirements = selector["matchLabels"].fields.map {
            Requirement(key: $0.key, comparison: .isIn, values: [$0.value.string.orEmpty])
        }
        for expression in selector["matchExpressions"].items {
            let values = expression["values"].texts.sorted()
            let key = expression["key"].text
            switch expression["operator"].text {
            case "In": requirements.append(Requirement(key: key, comparison: .isIn, values: values))
            case "NotIn": requirements.append(Requirement(key: key, comparison: .isNotIn, values: values))
            case "Exists": requirements.append(Requirement(key: key, comparison: .exists, values: []))
            case "DoesNotExist": requirements.append(Requirement(key: key, comparison: .doesNotExist, values: []))
            default: requirements.append(Requirement(key: key, comparison: .isIn, values: []))
            }
        }
        requirements.sort { $0.key < $1.key }
    }
}

extension LabelSelector.Requirement {
    package func matches(_ labels: [String: String]) -> Bool {
        let value = labels[key]
        switch comparison {
        case .equals, .doubleEquals, .isIn: return value.map(values.contains) ?? false
        case .notEquals, .isNotIn: return value.map { !values.contains($0) } ?? true
        case .exists: return value != nil
        case .doesNotExist: return value == nil
        case .isGreater, .isLess:
            guard let value = value.flatMap({ Int64($0) }), let bound = values.first.flatMap({ Int64($0) }) else {
                return false
            }
            return comparison == .isGreater ? value > bound : value < bound
        }
    }
}

extension LabelSelector: CustomStringConvertible {
    /// The text form, such as `app=web,tier in (a,b)`.
    package var description: String {
        requirements.map { requirement in
            let list = requirement.values.joined(separator: ",")
            return switch requirement.comparison {
            case .equals: "\(requirement.key)=\(list)"
            case .doubleEquals: "\(requirement.key)==\(list)"
            case .notEquals: "\(requirement.key)!=\(list)"
            case .isIn:
                requirement.values.count == 1 ? "\(requirement.key)=\(list)" : "\(requirement.key) in (\(list))"
            case .isNotIn: "\(requirement.key) notin (\(list))"
            case .exists: requirement.key
            case .doesNotExist: "!\(requirement.key)"
            case .isGreater: "\(requirement.key)>\(list)"
            case .isLess: "\(requirement.key)<\(list)"
            }
        }.joined(separator: ",")
    }
}
