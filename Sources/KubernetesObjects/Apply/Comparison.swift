/// The differences between two versions of an object.
struct Comparison {
    private(set) var added = FieldSet()
    private(set) var modified = FieldSet()
    private(set) var removed = FieldSet()

    private let schema: Schema
    private var path: [PathElement] = []

    init(_ old: TypedObject, _ new: TypedObject) {
        schema = new.schema
        compare(old.value, new.value, new.shape)
    }

    private mutating func compare(_ old: JSONValue?, _ new: JSONValue?, _ shape: Shape) {
        if old == nil, new == nil { return }
        if old == new { return }
        switch shape.merging(schema) {
        case .members:
            let left = old?.object
            let right = new?.object
            if left?.isEmpty ?? true, right?.isEmpty ?? true { return leaf(old, new) }
            compareMembers(left ?? JSONObject(), right ?? JSONObject(), shape)
        case .elements(let keys):
            let left = old?.array ?? []
            let right = new?.array ?? []
            if left.isEmpty, right.isEmpty { return leaf(old, new) }
            compareElements(left, right, keys, shape)
        case .leaf: return leaf(old, new)
        }
        if old == nil { added.insert(path[...]) }
        if new == nil { removed.insert(path[...]) }
    }

    private mutating func leaf(_ old: JSONValue?, _ new: JSONValue?) {
        if old == nil {
            added.insert(path[...])
        } else if new == nil {
            removed.insert(path[...])
        } else {
            modified.insert(path[...])
        }
    }

    private mutating func compareMembers(_ old: JSONObject, _ new: JSONObject, _ shape: Shape) {
        for name in old.keys + new.keys.filter({ old[$0] == nil }) {
            path.append(.field(name))
            if let below = shape.member(name, schema) {
                compare(old[name], new[name], below)
            } else if old[name] != new[name] {
                leaf(old[name], new[name])
            }
            path.removeLast()
        }
    }

    private mutating func compareElements(
        _ old: [JSONValue], _ new: [JSONValue], _ keys: [String], _ shape: Shape
    ) {
        func indexed(_ elements: [JSONValue]) -> [(PathElement, JSONValue)] {
            elements.compactMap { element in
                shape.identity(of: element, keys: keys, schema).map { ($0, element) }
            }
        }
        let left = Dictionary(indexed(old), uniquingKeysWith: { first, _ in first })
        let right = Dictionary(indexed(new), uniquingKeysWith: { first, _ in first })
        guard let below = shape.element else { return }
        for (identity, element) in left {
            path.append(identity)
            compare(element, right[identity], below)
            path.removeLast()
        }
        for (identity, element) in right where left[identity] == nil {
            path.append(identity)
            compare(nil, element, below)
            path.removeLast()
        }
    }
}
