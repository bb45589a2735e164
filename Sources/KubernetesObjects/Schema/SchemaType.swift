/// What a field holds.
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
    /// The set of fields in a `managedFields` entry, or any other JSON that is kept as it is.
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
    /// Elements are their own identity.
    case set
    /// Elements are objects that these members identify.
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
    /// The field number of the message that holds this field in protobuf, when JSON shows it one level higher.
    package var inlinedIn: Int?
    package var value: ValueType
    /// The type as Go names it in errors.
    package var goType: String
    /// Absent and zero differ.
    package var isPointer = false
    /// Written even when zero.
    package var isAlwaysWritten = false
    /// Left out when zero although it is a structure.
    package var isLeftOutWhenZero = false
    package var isRequired = false
    package var listType: ListType?
    /// The object is replaced as a whole by server-side apply.
    package var isAtomic = false
    package var patch = PatchStrategy()
    package var defaultValue: JSONValue?
    package var summary = ""
}

/// An object type of the schema.
package struct SchemaType: Sendable {
    /// Such as `core.v1.ServicePort`.
    package var name: String
    /// In the order in which Go writes them.
    package var fields: [SchemaField]
    package var indexByName: [String: Int] = [:]
    /// Has `kind` and `apiVersion`.
    package var isTopLevel = false
    package var isAtomic = false
    /// A part of other types in JSON, not listed in OpenAPI.
    package var isInlineOnly = false
    package var summary = ""

    /// `ServicePort`.
    package var shortName: String { name.split(separator: ".").last.map(String.init) ?? name }

    package func field(_ name: String) -> SchemaField? {
        indexByName[name].map { fields[$0] }
    }
}
