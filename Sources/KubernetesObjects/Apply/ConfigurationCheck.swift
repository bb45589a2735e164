/// Checks that an applied configuration fits the schema, with the messages of server-side apply.
struct ConfigurationCheck {
    private let schema: Schema
    private var problems: [String] = []

    /// - Throws: `APIStatus` that names every field that does not fit.
    static func check(_ configuration: JSONValue, type: Int, definition: ResourceDefinition) throws(APIStatus) {
        var check = ConfigurationCheck(schema: .kubernetes)
        check.check(configuration, Shape(.structure(type)), "")
        guard !check.problems.isEmpty else { return }
        let document = Document(configuration.object ?? JSONObject())
        let place = document.namespace.isEmpty ? document.name : "\(document.namespace)/\(document.name)"
        let version = definition.group.isEmpty ? "/\(definition.version)" : "\(definition.groupVersion)"
        let list =
            check.problems.count == 1
            ? check.problems[0] : "errors:\n" + check.problems.map { "  \($0)\n" }.joined()
        throw .unknownFailure(
            "failed to create typed patch object (\(place); \(version), Kind=\(definition.kind)): \(list)")
    }

    private init(schema: Schema) {
        self.schema = schema
    }

    private mutating func check(_ value: JSONValue, _ shape: Shape, _ path: String) {
        if value == .null { return }
        switch shape.value {
        case .structure, .map: checkMembers(value, shape, path)
        case .list: checkElements(value, shape, path)
        case .string, .time, .microTime, .duration, .bytes: expect(value.string != nil, "string", value, path)
        case .bool: expect(value.bool != nil, "boolean", value, path)
        case .int32, .int64, .double:
            var isNumber = value.integer != nil
            if case .double = value { isNumber = true }
            expect(isNumber, "numeric (int or float)", value, path)
        case .intOrString, .quantity: expect(value.array == nil && value.object == nil, "scalar", value, path)
        case .raw: break
        }
    }

    private mutating func expect(_ isFine: Bool, _ expected: String, _ value: JSONValue, _ path: String) {
        if !isFine { problems.append("\(path): expected \(expected), got &value.valueUnstructured{Value:\(value)}") }
    }

    private mutating func checkMembers(_ value: JSONValue, _ shape: Shape, _ path: String) {
        guard let object = value.object else {
            problems.append("\(path): expected map, got &value.valueUnstructured{Value:\(value)}")
            return
        }
        for (name, member) in object {
            let place = "\(path).\(name)"
            if let below = shape.member(name, schema) {
                check(member, below, place)
            } else {
                problems.append("\(place): field not declared in schema")
            }
        }
    }

    private mutating func checkElements(_ value: JSONValue, _ shape: Shape, _ path: String) {
        guard let elements = value.array else {
            problems.append("\(path): expected list, got &value.valueUnstructured{Value:\(value)}")
            return
        }
        guard let below = shape.element else { return }
        var seen: Set<PathElement> = []
        for (index, element) in elements.enumerated() {
            var place = "\(path)[\(index)]"
            if case .elements(let keys) = shape.merging(schema) {
                guard let identity = shape.identity(of: element, keys: keys, schema) else {
                    problems.append(
                        "\(path): element \(index): associative list with keys has an element that omits key field "
                            + "\(GoText.quoted(keys.sorted().first ?? "")) (and doesn't have default value)")
                    continue
                }
                place = path + identity.shown
                if !seen.insert(identity).inserted {
                    problems.append("\(path): duplicate entries for key \(identity.shown)")
                }
            }
            check(element, below, place)
        }
    }
}
