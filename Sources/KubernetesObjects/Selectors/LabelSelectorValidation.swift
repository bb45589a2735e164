/// Checks of selectors in objects.
enum LabelSelectorValidation {
    static func errors(_ selector: JSONValue?, _ field: String) -> [FieldError] {
        var errors = MetadataValidation.labelErrors(selector["matchLabels"].fields, "\(field).matchLabels")
        for (index, expression) in selector["matchExpressions"].items.enumerated() {
            let place = "\(field).matchExpressions[\(index)]"
            let values = expression["values"].texts
            let comparison = expression["operator"].text
            switch comparison {
            case "In", "NotIn":
                if values.isEmpty {
                    errors.append(
                        .required("\(place).values", "must be specified when `operator` is 'In' or 'NotIn'"))
                }
            case "Exists", "DoesNotExist":
                if !values.isEmpty {
                    errors.append(
                        .forbidden(
                            "\(place).values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
                }
            default:
                errors.append(.invalid("\(place).operator", .string(comparison), "not a valid selector operator"))
            }
            let key = expression["key"].text
            errors += NameFormats.qualifiedName(key).map { .invalid("\(place).key", .string(key), $0) }
            for (position, value) in values.enumerated() {
                errors += NameFormats.labelValue(value).map {
                    .invalid("\(place).values[\(position)]", .string(value), $0)
                }
            }
        }
        return errors
    }
}
