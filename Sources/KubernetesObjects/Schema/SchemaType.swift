/// The type of a field.
package indirect enum ValueType: Sendable, Hashable {
    case bool
    case int32
    case int64
    case double
    case string
    /// Base64 in JSON.
    case bytes
    case time
    case microTime
    case duration
    case intOrString
    case quantity
    /// The set of fields in a `managedFields` entry, or other JSON kept as it is.
    case raw(RawKind)
    /// The index of a type in the schema.
    case structure(Int)
    case list(ValueType)
    case map(ValueType)

    package enum RawKind: Sendable, Hashable {
        case fieldSet
        case extension_
    }
}

/// How elements of a list are merged.
package enum ListType: Sendable, Hashable {
    /// The list is replaced as a whole.
    case atomic
    /// Elements identify themselves.
    case set
    /// Elements are objects identified by these members.
    case map(keys: [String])
}

/// How a strategic merge patch changes a list or an object.
package struct PatchStrategy: Sendable, Hashable {
    /// Elements are merged; otherwise the value is replaced.
    package var merges = false
    /// Members that the patch does not name are removed.
    package var retainsKeys = false
    /// The member that identifies the elements of a merged list of objects.
    package var mergeKey: String?
}

/// One field of a type in the schema.
package struct SchemaField: Sendable {
    package var name: String
    /// The field number in protobuf.
    package var number: Int
    /// The field number of the protobuf message that contains this field, if JSON shows it one level higher.
    package var inlinedIn: Int?
    package var value: ValueType
    /// The type as Go names it in errors.
    package var goType: String
    /// Whether absent and zero differ.
    package var isPointer = false
    /// Whether it is written even if zero.
    package var isAlwaysWritten = false
    /// Whether it is omitted if zero although it is a structure.
    package var isLeftOutWhenZero = false
    package var isRequired = false
    package var listType: ListType?
    /// Whether server-side apply replaces the object as a whole.
    package var isAtomic = false
    package var patch = PatchStrategy()
    package var defaultValue: JSONValue?
    package var summary = ""
}

/// An object type of the schema.
package struct SchemaType: Sendable {
    /// Such as `core.v1.ServicePort`.
    package var name: String
    /// In Go's order.
    package var fields: [SchemaField]
    package var indexByName: [String: Int] = [:]
    /// Whether it has `kind` and `apiVersion`.
    package var isTopLevel = false
    package var isAtomic = false
    /// Whether it is inlined into other types in JSON, and not listed in OpenAPI.
    package var isInlineOnly = false
    package var summary = ""

    /// `ServicePort`.
    package var shortName: String { name.split(separator: ".").last.map(String.init) ?? name }

    package func field(_ name: String) -> SchemaField? {
        indexByName[name].map { fields[$0] }
    }
}
