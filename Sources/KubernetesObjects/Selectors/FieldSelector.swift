/// Required values of an object's fields.
///
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/
package struct FieldSelector: Sendable, Hashable {
    package struct Requirement: Sendable, Hashable {
        package var field: String
        package var isEqual: Bool
        package var value: String
    }

    package let requirements: [Requirement]

    package var isEmpty: Bool { requirements.isEmpty }

    /// The value that `field` must have; nil if the selector does not restrict it.
    package func exactValue(of field: String) -> String? {
        requirements.first { $0.field == field && $0.isEqual }?.value
    }

    /// Reads `metadata.name=web,status.phase!=Running`.
    ///
    /// - Throws: `APIStatus` with code 400, also for fields that cannot be used to select the kind.
    package init(
        parsing text: String, _ definition: ResourceDefinition, labelSelector: String = ""
    ) throws(APIStatus) {
        var requirements: [Requirement] = []
        for term in Self.split(text) where !term.isEmpty {
            let requirement = try Self.requirement(term)
            let known = ["metadata.name"] + (definition.isNamespaced ? ["metadata.namespace"] : [])
            guard
                known.contains(requirement.field)
                    || definition.behaviour.selectableFieldNames.contains(requirement.field)
            else {
                let problem =
                    Self.hasOwnFields(definition)
                    ? "field label not supported: \(requirement.field)"
                    : "\(GoText.quoted(requirement.field)) is not a known field selector: only "
                        + "\"metadata.name\", \"metadata.namespace\""
                throw .badRequest(
                    // kubectl itself prints the resource and the selectors before this.
                    problem)
            }
            requirements.append(requirement)
        }
        self.requirements = requirements
    }

    /// Kinds with their own conversion function in Kubernetes refuse unknown fields in other words.
    private static func hasOwnFields(_ definition: ResourceDefinition) -> Bool {
        !definition.behaviour.selectableFieldNames.isEmpty
    }

    /// Splits at commas not preceded by a backslash.
    private static func split(_ text: String) -> [String] {
        var terms: [String] = []
        var term = ""
        var isEscaped = false
        for character in text {
            if character == ",", !isEscaped {
                terms.append(term)
                term = ""
            } else {
                term.append(character)
            }
            isEscaped = character == "\\" && !isEscaped
        }
        return terms + [term]
    }

    private static func requirement(_ term: String) throws(APIStatus) -> Requirement {
        let characters = Array(term)
        for index in characters.indices {
            for (symbol, isEqual) in [("!=", false), ("==", true), ("=", true)]
            where String(characters[index...].prefix(symbol.count)) == symbol {
                let value = String(characters[(index + symbol.count)...])
                return Requirement(field: String(characters[..<index]), isEqual: isEqual, value: try unescaped(value))
            }
        }
        throw .badRequest("invalid selector: '\(term)'; can't understand '\(term)'")
    }

    private static func unescaped(_ text: String) throws(APIStatus) -> String {
        var result = ""
        var isEscaped = false
        for character in text {
            if isEscaped {
                guard "\\,=".contains(character) else {
                    throw .badRequest("invalid field selector: invalid escape sequence: \\\(character)")
                }
                result.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.append(character)
            }
        }
        return result
    }

    /// `fields`: From `ResourceDefinition.selectableFields`.
    ///
    /// - Returns: Whether all fields have the required values.
    package func matches(_ fields: [String: String]) -> Bool {
        requirements.allSatisfy { ((fields[$0.field] ?? "") == $0.value) == $0.isEqual }
    }
}
