/// An object with its schema, for server-side apply: fields set, differences, merging, removing.
///
/// https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
struct TypedObject {
    var value: JSONValue
    let shape: Shape
    let schema: Schema

    init(_ value: JSONValue, type: Int, schema: Schema = .kubernetes) {
        self.value = value
        shape = Shape(.structure(type))
        self.schema = schema
    }

    private func with(_ value: JSONValue) -> TypedObject {
        var copy = self
        copy.value = value
        return copy
    }

    // MARK: Fields

    /// The fields that the object sets.
    var fieldSet: FieldSet {
        var set = FieldSet()
        var path: [PathElement] = []
        collect(value, shape, &path, &set)
        return set
    }

    private func collect(_ value: JSONValue, _ shape: Shape, _ path: inout [PathElement], _ set: inout FieldSet) {
        switch (shape.merging(schema), value) {
        case (.members, .object(let object)):
            for (name, member) in object {
                path.append(.field(name))
                let below = shape.member(name, schema)
                if let below { collect(member, below, &path, &set) }
                let isEmptyObject = member.object?.isEmpty ?? false
                if below == nil || member == .null || isEmptyObject || !shape.isStructure { set.insert(path[...]) }
                path.removeLast()
            }
        case (.elements(let keys), .array(let elements)):
            for element in elements {
                guard let identity = shape.identity(of: element, keys: keys, schema) else { continue }
                path.append(identity)
                if let below = shape.element { collect(element, below, &path, &set) }
                set.insert(path[...])
                path.removeLast()
            }
        case (.leaf, _): set.insert(path[...])
        default: if value != .null { set.insert(path[...]) }
        }
    }

    // MARK: Merging

    /// The object with the fields that `other` sets.
    func merging(_ other: JSONValue) -> TypedObject {
        with(merge(value, other, shape))
    }

    private func merge(_ left: JSONValue?, _ right: JSONValue, _ shape: Shape) -> JSONValue {
        guard let left else { return right }
        switch (shape.merging(schema), left, right) {
        case (.members, .object(var object), .object(let changes)):
            for (name, change) in changes {
                object[name] =
                    shape.member(name, schema).map { merge(object[name], change, $0) } ?? change
            }
            return .object(object)
        case (.elements(let keys), .array(let old), .array(let new)):
            return .array(mergeElements(old, new, keys, shape))
        default: return right
        }
    }

    /// New elements keep their order; elements only in the old list keep their relative position.
    private func mergeElements(
        _ old: [JSONValue], _ new: [JSONValue], _ keys: [String], _ shape: Shape
    ) -> [JSONValue] {
        let oldIdentities = old.map { shape.identity(of: $0, keys: keys, schema) }
        let newIdentities = new.map { shape.identity(of: $0, keys: keys, schema) }
        let known = Set(newIdentities)
        let oldByIdentity = Dictionary(
            zip(oldIdentities, old).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
        var result: [JSONValue] = []
        var left = 0
        var right = 0
        while left < old.count || right < new.count {
            if left < old.count, !known.contains(oldIdentities[left]) {
                result.append(old[left])
                left += 1
            } else if right < new.count {
                let element = new[right]
                let previous = oldByIdentity[newIdentities[right]]
                result.append(shape.element.map { merge(previous, element, $0) } ?? element)
                if left < old.count, oldIdentities[left] == newIdentities[right] { left += 1 }
                right += 1
            } else {
                left += 1
            }
        }
        return result
    }

    // MARK: Removing

    /// The object without these fields.
    func removing(_ set: FieldSet) -> TypedObject {
        with(remove(set, from: value, shape) ?? .object([:]))
    }

    private func remove(_ set: FieldSet, from value: JSONValue, _ shape: Shape) -> JSONValue? {
        switch (shape.merging(schema), value) {
        case (.members, .object(let object)):
            var kept: [JSONObject.Member] = []
            for (name, member) in object {
                guard let below = set[.field(name)] else {
                    kept.append((name, member))
                    continue
                }
                if below.isMember { continue }
                if let shape = shape.member(name, schema), let rest = remove(below, from: member, shape) {
                    kept.append((name, rest))
                }
            }
            return kept.isEmpty && !object.isEmpty ? nil : .object(JSONObject(uniqueMembers: kept))
        case (.elements(let keys), .array(let elements)):
            var kept: [JSONValue] = []
            for element in elements {
                guard let identity = shape.identity(of: element, keys: keys, schema), let below = set[identity] else {
                    kept.append(element)
                    continue
                }
                if below.isMember { continue }
                if let shape = shape.element, let rest = remove(below, from: element, shape) { kept.append(rest) }
            }
            return kept.isEmpty && !elements.isEmpty ? nil : .array(kept)
        default: return value
        }
    }
}
