/// Checks that several kinds share.
enum SharedValidation {
    static func protocolErrors(_ text: String, _ field: String) -> [FieldError] {
        if text.isEmpty { return [.required(field)] }
        let supported = ["SCTP", "TCP", "UDP"]
        return supported.contains(text) ? [] : [.unsupported(field, .string(text), supported)]
    }

    /// A port by number, or by its name in containers.
    static func portNumberOrNameErrors(_ value: JSONValue?, _ field: String) -> [FieldError] {
        if let name = value?.string {
            return NameFormats.portName(name).map { .invalid(field, .string(name), $0) }
        }
        let number = value.number
        return NameFormats.portNumber(number).map { .invalid(field, .integer(number), $0) }
    }

    /// A name in the status of a load balancer; empty is fine.
    static func hostnameErrors(_ name: String, _ field: String) -> [FieldError] {
        if name.isEmpty { return [] }
        var errors = NameFormats.subdomain(name).map { FieldError.invalid(field, .string(name), $0) }
        if AddressFormats.parse(name) != nil {
            errors.append(.invalid(field, .string(name), "must be a DNS name, not an IP address"))
        }
        return errors
    }

    /// A required name that is a DNS label.
    static func labelErrors(_ name: String, _ field: String) -> [FieldError] {
        if name.isEmpty { return [.required(field)] }
        return NameFormats.label(name).map { .invalid(field, .string(name), $0) }
    }

    /// A string with a fixed set of values.
    static func choiceErrors(_ value: JSONValue?, _ field: String, _ choices: [String]) -> [FieldError] {
        guard let text = value?.string, !text.isEmpty else { return [.required(field)] }
        return choices.contains(text) ? [] : [.unsupported(field, .string(text), choices)]
    }

    static func nonNegativeErrors(_ value: JSONValue?, _ field: String) -> [FieldError] {
        guard let number = value?.integer, number < 0 else { return [] }
        return [.invalid(field, .integer(number), "must be greater than or equal to 0")]
    }
}

/// Checks of `metav1.Condition` lists.
enum ConditionValidation {
    static func errors(_ conditions: [JSONValue], _ field: String) -> [FieldError] {
        var errors: [FieldError] = []
        var types: [String: Int] = [:]
        for (index, condition) in conditions.enumerated() {
            let place = "\(field)[\(index)]"
            let type = condition["type"].text
            if types.updateValue(index, forKey: type) != nil {
                errors.append(.duplicate("\(place).type", .string(type)))
            }
            errors +=
                type.isEmpty
                ? [.required("\(place).type")]
                : NameFormats.qualifiedName(type).map { .invalid("\(place).type", .string(type), $0) }
            let statuses = ["False", "True", "Unknown"]
            if !statuses.contains(condition["status"].text) {
                errors.append(.unsupported("\(place).status", .string(condition["status"].text), statuses))
            }
            errors += SharedValidation.nonNegativeErrors(
                condition["observedGeneration"], "\(place).observedGeneration")
            if !condition["lastTransitionTime"].isSet {
                errors.append(.required("\(place).lastTransitionTime"))
            }
            if condition["reason"].text.isEmpty {
                errors.append(.required("\(place).reason"))
            }
        }
        return errors
    }
}
