/// Why a document does not fit its kind, in the wording of Go's decoder.
package struct SchemaError: Error, Hashable, CustomStringConvertible {
    package var description: String
}

/// Converts a document to kube-apiserver's canonical form: members in schema order, unknown ones dropped and reported,
/// zero values omitted as in Go.
package struct SchemaDecoder {
    private let schema: Schema
    /// Paths of members unknown to the schema, such as `spec.ports[0].targetport`, in document order.
    package private(set) var unknownFields: [String] = []
    private var path: [PathStep] = []

    private enum PathStep {
        case field(String)
        case element(Int)
        case entry(String)
    }

    /// Uses the error messages of the converter that kube-apiserver uses for strategic merge patches.
    private let isUnstructured: Bool

    private init(_ schema: Schema, isUnstructured: Bool) {
        self.schema = schema
        self.isUnstructured = isUnstructured
    }

    /// Reads a whole object.
    ///
    /// - Throws: `SchemaError` for the first value that does not fit its field.
    package static func decode(
        _ value: JSONValue, type: Int, isUnstructured: Bool = false, schema: Schema = .kubernetes
    ) throws(SchemaError) -> (value: JSONValue, unknownFields: [String]) {
        var decoder = SchemaDecoder(schema, isUnstructured: isUnstructured)
        let value = try decoder.structure(value, type, goType: goName(schema[type]), owner: nil)
        return (value, decoder.unknownFields)
    }

    private static func goName(_ type: SchemaType) -> String {
        type.name.split(separator: ".").suffix(2).joined(separator: ".")
    }

    // MARK: Values

    private mutating func decode(
        _ value: JSONValue, _ type: ValueType, goType: @autoclosure () -> String, owner: SchemaType
    ) throws(SchemaError) -> JSONValue {
        switch type {
        case .string:
            if case .string = value { return value }
        case .bool:
            if case .bool = value { return value }
        case .int32:
            if case .integer(let number) = value, Int32(exactly: number) != nil { return value }
        case .int64:
            if case .integer = value { return value }
        case .double:
            switch value {
            case .double: return value
            case .integer(let number): return .double(Double(number))
            default: break
            }
        case .structure(let index):
            return try structure(value, index, goType: goType(), owner: owner)
        case .list(let element):
            if case .array(let elements) = value { return try list(elements, element, goType(), owner) }
        case .map(let element):
            if case .object(let object) = value { return try map(object, element, goType(), owner) }
        case .raw:
            return value
        case .bytes, .time, .microTime, .duration, .intOrString, .quantity:
            return try special(value, type, goType(), owner)
        }
        throw mismatch(value, goType(), owner)
    }

    private mutating func list(
        _ elements: [JSONValue], _ type: ValueType, _ goType: String, _ owner: SchemaType
    ) throws(SchemaError) -> JSONValue {
        var result: [JSONValue] = []
        result.reserveCapacity(elements.count)
        let elementType = String(goType.dropFirst(2))
        for (index, element) in elements.enumerated() {
            path.append(.element(index))
            result.append(
                element == .null ? zero(type) : try decode(element, type, goType: elementType, owner: owner))
            path.removeLast()
        }
        return .array(result)
    }

    private mutating func map(
        _ object: JSONObject, _ type: ValueType, _ goType: String, _ owner: SchemaType
    ) throws(SchemaError) -> JSONValue {
        var members: [JSONObject.Member] = []
        members.reserveCapacity(object.count)
        let elementType = String(goType.dropFirst("map[string]".count))
        for member in object {
            path.append(.entry(member.key))
            let value =
                member.value == .null
                ? zero(type) : try decode(member.value, type, goType: elementType, owner: owner)
            members.append((member.key, value))
            path.removeLast()
        }
        return .object(JSONObject(uniqueMembers: members).sorted())
    }

    private mutating func structure(
        _ value: JSONValue, _ index: Int, goType: String, owner: SchemaType?
    ) throws(SchemaError) -> JSONValue {
        let type = schema[index]
        guard case .object(let object) = value else {
            throw mismatch(value, goType, owner ?? type)
        }
        var slots = [JSONValue?](repeating: nil, count: type.fields.count)
        var members: [JSONObject.Member] = []
        members.reserveCapacity(object.count + 2)
        for member in isUnstructured ? converterOrder(object, type) : object.members {
            if let position = type.indexByName[member.key] {
                guard member.value != .null else { continue }
                let field = type.fields[position]
                path.append(.field(member.key))
                slots[position] = try decode(member.value, field.value, goType: field.goType, owner: type)
                path.removeLast()
            } else if type.isTopLevel, member.key == "kind" || member.key == "apiVersion" {
                guard member.value != .null else { continue }
                path.append(.field(member.key))
                guard case .string = member.value else { throw mismatch(member.value, "string", type) }
                path.removeLast()
            } else {
                path.append(.field(member.key))
                unknownFields.append(fieldPath)
                path.removeLast()
            }
        }
        if type.isTopLevel {
            if let kind = object["kind"]?.string, !kind.isEmpty { members.append(("kind", .string(kind))) }
            if let version = object["apiVersion"]?.string, !version.isEmpty {
                members.append(("apiVersion", .string(version)))
            }
        }
        for (position, field) in type.fields.enumerated() {
            if let value = written(field, slots[position]) { members.append((field.name, value)) }
        }
        return .object(JSONObject(uniqueMembers: members))
    }

    /// The converter checks for unknown members first, then the fields in type order.
    private func converterOrder(_ object: JSONObject, _ type: SchemaType) -> [JSONObject.Member] {
        object.members.map { (position: type.indexByName[$0.key] ?? -1, member: $0) }
            .sorted { ($0.position, $0.member.key) < ($1.position, $1.member.key) }.map(\.member)
    }

    // MARK: What Go writes

    /// The value as Go writes it; nil if omitted.
    private func written(_ field: SchemaField, _ value: JSONValue?) -> JSONValue? {
        if field.isPointer { return value ?? (field.isAlwaysWritten ? .null : nil) }
        let value = value ?? zero(field.value)
        if field.isAlwaysWritten { return value }
        switch value {
        case .null:
            // A time without a value is written as null unless the field says otherwise.
            switch field.value {
            case .time, .microTime: return field.isLeftOutWhenZero ? nil : .null
            default: return nil
            }
        case .string(""):
            return field.value == .quantity || field.value == .intOrString ? value : nil
        case .bool(false): return nil
        case .integer(0): return field.value == .intOrString ? value : nil
        case .double(0): return nil
        case .array(let elements) where elements.isEmpty: return nil
        case .object(let object) where object.isEmpty:
            if case .structure = field.value { return field.isLeftOutWhenZero ? nil : value }
            return nil
        default: return value
        }
    }

    /// What Go writes for an absent value.
    private func zero(_ type: ValueType) -> JSONValue {
        switch type {
        case .bool: return .bool(false)
        case .int32, .int64, .duration, .intOrString: return .integer(0)
        case .double: return .double(0)
        case .string: return .string("")
        case .quantity: return .string("0")
        case .bytes, .time, .microTime, .raw, .list, .map: return .null
        case .structure(let index):
            var members: [JSONObject.Member] = []
            for field in schema[index].fields {
                if let value = written(field, nil) { members.append((field.name, value)) }
            }
            return .object(JSONObject(uniqueMembers: members))
        }
    }

    // MARK: Values with a form of their own

    private func special(
        _ value: JSONValue, _ type: ValueType, _ goType: String, _ owner: SchemaType
    ) throws(SchemaError) -> JSONValue {
        switch (type, value) {
        case (.bytes, .string(let text)):
            if let offset = Base64.firstProblem(text) {
                throw SchemaError(description: "illegal base64 data at input byte \(offset)")
            }
            return value
        case (.time, .string(let text)), (.microTime, .string(let text)):
            guard let (seconds, nanoseconds) = APITime.parse(text) else { throw timeError(text, type) }
            if type == .microTime, !Self.hasMicroseconds(text) { throw timeError(text, type) }
            return .string(
                type == .time
                    ? APITime.text(seconds: seconds)
                    : APITime.text(seconds: seconds, microseconds: nanoseconds / 1000))
        case (.duration, .string), (.intOrString, .string): return value
        case (.intOrString, .integer(let number)) where Int32(exactly: number) != nil: return value
        case (.quantity, .string(let text)): return .string(try quantity(text))
        case (.quantity, .integer(let number)): return .string(try quantity(String(number)))
        case (.quantity, .double(let number)): return .string(try quantity(number.description))
        case (.bytes, _): throw mismatch(value, "[]uint8", owner)
        case (.intOrString, _): throw plainMismatch(value, "int32")
        default: throw plainMismatch(value, "string")
        }
    }

    private func quantity(_ text: String) throws(SchemaError) -> String {
        guard let quantity = Quantity(text) else {
            throw SchemaError(
                description: "quantities must match the regular expression "
                    + #"'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"#)
        }
        return quantity.canonical
    }

    /// Whether a time has exactly six digits behind the point, as the layout of `MicroTime` demands.
    private static func hasMicroseconds(_ text: String) -> Bool {
        guard text.dropFirst(19).first == "." else { return false }
        return text.dropFirst(20).prefix { $0.isASCII && $0.isNumber }.count == 6
    }

    private func timeError(_ text: String, _ type: ValueType) -> SchemaError {
        let fraction = type == .microTime ? ".000000" : ""
        let layout = "2006-01-02T15:04:05\(fraction)Z07:00"
        let isWithoutFraction = type == .microTime && APITime.parse(text) != nil
        let rest = isWithoutFraction ? String(text.dropFirst(19)) : text
        return SchemaError(
            description: "parsing time \(GoText.quoted(text)) as \(GoText.quoted(layout)): "
                + "cannot parse \(GoText.quoted(rest)) as \(GoText.quoted(isWithoutFraction ? fraction : "2006"))")
    }

    // MARK: Errors

    private func described(_ value: JSONValue, _ goType: String) -> String {
        let isNumeric = goType.hasPrefix("int") || goType.hasPrefix("float")
        return switch value {
        case .null: "null"
        case .bool: "bool"
        case .integer(let number): isNumeric ? "number \(number)" : "number"
        case .double(let number): isNumeric ? "number \(number)" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private func plainMismatch(_ value: JSONValue, _ goType: String) -> SchemaError {
        SchemaError(description: "json: cannot unmarshal \(described(value, goType)) into Go value of type \(goType)")
    }

    private func mismatch(_ value: JSONValue, _ goType: String, _ owner: SchemaType) -> SchemaError {
        if isUnstructured { return SchemaError(description: conversionProblem(value, goType)) }
        let fields = path.compactMap { step in
            if case .field(let name) = step { name } else { nil }
        }
        guard !fields.isEmpty else { return plainMismatch(value, goType) }
        return SchemaError(
            description: "json: cannot unmarshal \(described(value, goType)) into Go struct field "
                + "\(owner.shortName).\(fields.joined(separator: ".")) of type \(goType)")
    }

    private func conversionProblem(_ value: JSONValue, _ goType: String) -> String {
        let source =
            switch value {
            case .null: "nil"
            case .bool: "bool"
            case .integer: "int64"
            case .double: "float64"
            case .string: "string"
            case .array: "slice"
            case .object: "map"
            }
        let isBasic = !goType.contains(".") && !goType.contains("[")
        if goType.hasPrefix("[]") { return "cannot restore slice from \(source)" }
        if goType.hasPrefix("map[") { return "cannot restore map from \(source)" }
        switch value {
        case .array, .object: return "unrecognized type: \(isBasic ? goType : "string")"
        default: break
        }
        if !isBasic, Schema.kubernetes.isStructure(goType) { return "cannot restore struct from: \(source)" }
        if case .integer = value, !goType.hasPrefix("bool") { return "cannot convert int64 to \(goType)" }
        return "unrecognized type: \(isBasic ? goType : "string")"
    }

    private var fieldPath: String {
        path.reduce(into: "") { text, step in
            switch step {
            case .field(let name): text += text.isEmpty ? name : ".\(name)"
            case .element(let index): text += "[\(index)]"
            case .entry(let key): text += ".\(key)"
            }
        }
    }
}
