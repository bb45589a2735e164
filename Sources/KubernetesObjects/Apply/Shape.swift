/// How a value is merged: as a whole, by members, or by elements.
struct Shape {
    var value: ValueType
    /// For lists; nil means that they are replaced as a whole.
    var listType: ListType?
    var isAtomic: Bool

    init(_ value: ValueType, listType: ListType? = nil, isAtomic: Bool = false) {
        self.value = value
        self.listType = listType
        self.isAtomic = isAtomic
    }

    init(_ field: SchemaField) {
        value = field.value
        listType = field.listType
        isAtomic = field.isAtomic
        if listType == nil, field.patch.merges, case .list = field.value {
            listType = field.patch.mergeKey.map { .map(keys: [$0]) } ?? .set
        }
    }

    enum Merging {
        case leaf
        case members
        /// Elements with these keys; no keys for sets.
        case elements(keys: [String])
    }

    func merging(_ schema: Schema) -> Merging {
        switch value {
        case .structure(let index): return isAtomic || schema[index].isAtomic ? .leaf : .members
        case .map: return isAtomic ? .leaf : .members
        case .list:
            switch listType {
            case .set: return .elements(keys: [])
            case .map(let keys): return .elements(keys: keys)
            case .atomic, nil: return .leaf
            }
        default: return .leaf
        }
    }

    var isStructure: Bool {
        if case .structure = value { true } else { false }
    }

    /// The shape of a member; nil for members that the kind does not have.
    func member(_ name: String, _ schema: Schema) -> Shape? {
        switch value {
        case .structure(let index):
            let type = schema[index]
            if let field = type.field(name) { return Shape(field) }
            return type.isTopLevel && (name == "kind" || name == "apiVersion") ? Shape(.string) : nil
        case .map(let element): return Shape(element)
        default: return nil
        }
    }

    /// The shape of an element of a list.
    var element: Shape? {
        if case .list(let element) = value { Shape(element) } else { nil }
    }

    func child(_ element: PathElement, _ schema: Schema) -> Shape? {
        if case .field(let name) = element { member(name, schema) } else { self.element }
    }

    /// What identifies an element of a list of this shape.
    ///
    /// Keys that the element omits have the schema's default; nil if no key remains.
    func identity(of element: JSONValue, keys: [String], _ schema: Schema) -> PathElement? {
        if keys.isEmpty { return .value(element) }
        var type: SchemaType?
        if case .list(.structure(let index)) = value { type = schema[index] }
        let members = keys.sorted().compactMap { key -> PathElement.KeyMember? in
            let value = element[key] ?? type?.field(key)?.defaultValue
            return value.map { PathElement.KeyMember(name: key, value: $0) }
        }
        return members.isEmpty ? nil : .key(members)
    }
}
