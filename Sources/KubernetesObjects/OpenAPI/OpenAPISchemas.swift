/// The types of the schema in OpenAPI form.
struct OpenAPISchemas {
    enum Version { case two, three }

    private let schema: Schema
    private let version: Version

    init(_ version: Version, schema: Schema = .kubernetes) {
        self.version = version
        self.schema = schema
    }

    private static let meta = "io.k8s.apimachinery.pkg.apis.meta.v1"
    private static let time = "\(meta).Time"
    private static let microTime = "\(meta).MicroTime"
    private static let fieldsV1 = "\(meta).FieldsV1"
    private static let intOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
    private static let quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity"
    private static let rawExtension = "io.k8s.apimachinery.pkg.runtime.RawExtension"

    /// `core.v1.Service` → `io.k8s.api.core.v1.Service`.
    static func name(_ type: SchemaType) -> String {
        type.name.hasPrefix("meta.v1.") ? "io.k8s.apimachinery.pkg.apis.\(type.name)" : "io.k8s.api.\(type.name)"
    }

    /// The types of some kinds and all types that they use, sorted by name.
    func schemas(_ definitions: [ResourceDefinition]) -> JSONObject {
        var wanted = definitions.flatMap { [$0.schemaType] + $0.subresources.compactMap(\.schemaType) }
            .compactMap(schema.index(of:))
        wanted += ["meta.v1.DeleteOptions", "meta.v1.ListMeta", "meta.v1.Status"].compactMap(schema.index(of:))
        var seen: Set<Int> = []
        var members: [JSONObject.Member] = special
        while let index = wanted.popLast() {
            guard seen.insert(index).inserted else { continue }
            let type = schema[index]
            for field in type.fields { wanted += Self.types(in: field.value) }
            var kinds: [JSONValue] = []
            for kind in definitions.flatMap({ identities(of: type, in: $0) }) where !kinds.contains(kind) {
                kinds.append(kind)
            }
            members.append((Self.name(type), object(type, identities: kinds)))
        }
        for definition in definitions where definition.verbs.contains("list") {
            if let list = list(definition) { members.append(list) }
        }
        return JSONObject(members.map { ($0.key, $0.value) }).sorted()
    }

    private static func types(in value: ValueType) -> [Int] {
        switch value {
        case .structure(let index): [index]
        case .list(let element), .map(let element): types(in: element)
        default: []
        }
    }

    private func identities(of type: SchemaType, in definition: ResourceDefinition) -> [JSONValue] {
        var all: [JSONValue] = []
        if definition.schemaType == type.name {
            all.append(Self.identity(definition.groupVersion, definition.kind))
        }
        for part in definition.subresources where part.schemaType == type.name {
            if let version = part.groupVersion, let kind = part.kind { all.append(Self.identity(version, kind)) }
        }
        return all
    }

    static func identity(_ groupVersion: GroupVersion, _ kind: String) -> JSONValue {
        ["group": .string(groupVersion.group), "kind": .string(kind), "version": .string(groupVersion.version)]
    }

    private static let identityKey = "x-kubernetes-group-version-kind"

    private func object(_ type: SchemaType, identities: [JSONValue]) -> JSONValue {
        var properties: [JSONObject.Member] = type.fields.map { ($0.name, property($0)) }
        if type.isTopLevel {
            properties.append(("apiVersion", text("The version of the API that the object is written in.")))
            properties.append(("kind", text("The kind of the object.")))
        }
        var object: JSONObject = ["description": .string(type.summary), "type": "object"]
        if type.summary.isEmpty { object["description"] = nil }
        object["properties"] = .object(JSONObject(uniqueMembers: properties).sorted())
        let required = type.fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { object["required"] = .array(required) }
        if type.isAtomic { object["x-kubernetes-map-type"] = "atomic" }
        if !identities.isEmpty { object[Self.identityKey] = .array(identities) }
        return .object(object)
    }

    private func text(_ description: String) -> JSONValue {
        ["description": .string(description), "type": "string"]
    }

    private func list(_ definition: ResourceDefinition) -> JSONObject.Member? {
        guard let item = schema.type(definition.schemaType), let metadata = schema.type("meta.v1.ListMeta") else {
            return nil
        }
        let value: JSONValue = [
            "description": .string("A list of objects of kind \(definition.kind)."), "type": "object",
            "properties": [
                "apiVersion": text("The version of the API that the list is written in."),
                "items": ["type": "array", "items": reference(Self.name(item)), "description": "The objects."],
                "kind": text("The kind of the list."), "metadata": reference(Self.name(metadata)),
            ],
            "required": ["items"],
            "x-kubernetes-group-version-kind": [Self.identity(definition.groupVersion, definition.listKind)],
        ]
        return ("\(Self.name(item))List", value)
    }

    private func reference(_ name: String) -> JSONValue {
        ["$ref": .string((version == .three ? "#/components/schemas/" : "#/definitions/") + name)]
    }

    // MARK: Fields

    private func property(_ field: SchemaField) -> JSONValue {
        var property = value(field.value)
        if version == .three, property["$ref"] != nil {
            property = ["allOf": [property]]
            if !field.isPointer, case .structure = field.value { property["default"] = [:] }
        }
        if !field.summary.isEmpty { property["description"] = .string(field.summary) }
        if let value = field.defaultValue { property["default"] = value }
        if let values = schema.enumerations[field.goType], case .string = field.value {
            property["enum"] = .array(values.map(JSONValue.string))
        }
        switch field.listType {
        case .atomic: property["x-kubernetes-list-type"] = "atomic"
        case .set: property["x-kubernetes-list-type"] = "set"
        case .map(let keys):
            property["x-kubernetes-list-type"] = "map"
            property["x-kubernetes-list-map-keys"] = .array(keys.map(JSONValue.string))
        case nil: break
        }
        if field.isAtomic { property["x-kubernetes-map-type"] = "atomic" }
        let strategies = (field.patch.merges ? ["merge"] : []) + (field.patch.retainsKeys ? ["retainKeys"] : [])
        if !strategies.isEmpty {
            property["x-kubernetes-patch-strategy"] = .string(strategies.sorted().joined(separator: ","))
        }
        if let key = field.patch.mergeKey { property["x-kubernetes-patch-merge-key"] = .string(key) }
        return property
    }

    private func value(_ type: ValueType) -> JSONValue {
        switch type {
        case .bool: ["type": "boolean"]
        case .int32: ["type": "integer", "format": "int32"]
        case .int64: ["type": "integer", "format": "int64"]
        case .double: ["type": "number", "format": "double"]
        case .string, .duration: ["type": "string"]
        case .bytes: ["type": "string", "format": "byte"]
        case .time: reference(Self.time)
        case .microTime: reference(Self.microTime)
        case .intOrString: reference(Self.intOrString)
        case .quantity: reference(Self.quantity)
        case .raw(.fieldSet): reference(Self.fieldsV1)
        case .raw(.extension_): reference(Self.rawExtension)
        case .structure(let index): reference(Self.name(schema[index]))
        case .list(let element): ["type": "array", "items": value(element)]
        case .map(let element): ["type": "object", "additionalProperties": value(element)]
        }
    }

    private var special: [JSONObject.Member] {
        let number: JSONValue =
            version == .three
            ? ["oneOf": [["type": "integer"], ["type": "string"]], "format": "int-or-string"]
            : ["type": "string", "format": "int-or-string"]
        let quantity: JSONValue =
            version == .three ? ["oneOf": [["type": "string"], ["type": "number"]]] : ["type": "string"]
        func described(_ value: JSONValue, _ description: String) -> JSONValue {
            var value = value
            value["description"] = .string(description)
            return value
        }
        return [
            (Self.time, described(["type": "string", "format": "date-time"], "A time, as RFC 3339 writes it.")),
            (
                Self.microTime,
                described(
                    ["type": "string", "format": "date-time"], "A time with microseconds, as RFC 3339 writes it.")
            ),
            (Self.fieldsV1, described(["type": "object"], "A set of fields of an object.")),
            (Self.rawExtension, described(["type": "object"], "An object of any kind.")),
            (Self.intOrString, described(number, "A number or a text.")),
            (Self.quantity, described(quantity, "An amount such as 100m, 1.5 or 2Gi.")),
        ]
    }
}
