/// Strategic merge patch: a merge patch that knows which lists are merged and by which key.
///
/// https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
struct StrategicMergePatch {
    /// Why a patch cannot be applied.
    struct Failure: Error {
        var message: String
    }

    private let schema: Schema
    private static let directive = "$patch"
    private static let retainKeys = "$retainKeys"
    private static let deleteFromList = "$deleteFromPrimitiveList/"
    private static let elementOrder = "$setElementOrder/"

    /// `type`: The index of the object's type in the schema.
    ///
    /// - Returns: The patched object, not yet checked against the schema.
    /// - Throws: `Failure`.
    static func apply(
        _ patch: JSONObject, to object: JSONObject, type: Int, schema: Schema = .kubernetes
    ) throws(Failure) -> JSONObject {
        try StrategicMergePatch(schema: schema).merge(object, patch, schema[type])
    }

    /// A patch as shown in errors: kube-apiserver has by then removed the parts already applied.
    static func shown(_ patch: JSONObject) -> JSONObject {
        var hidden = Set(patch.keys.filter { $0.hasPrefix("$") })
        for key in patch.keys where key.hasPrefix(elementOrder) {
            hidden.insert(String(key.dropFirst(elementOrder.count)))
        }
        return JSONObject(
            uniqueMembers: patch.members.filter { !hidden.contains($0.key) }.map { member in
                (member.key, member.value.object.map { .object(shown($0)) } ?? member.value)
            })
    }

    // MARK: Objects

    private func merge(
        _ original: JSONObject, _ patch: JSONObject, _ type: SchemaType?
    ) throws(Failure) -> JSONObject {
        var patch = patch
        var original = original
        if let directive = patch[Self.directive] {
            patch[Self.directive] = nil
            switch directive.string {
            case "replace": return patch
            case "delete": return JSONObject()
            case "merge": break
            default: throw Failure(message: "unknown patch type found: \(GoText.plain(directive))")
            }
        }
        if let keys = patch[Self.retainKeys]?.array {
            patch[Self.retainKeys] = nil
            let kept = Set(keys.compactMap(\.string))
            original = JSONObject(uniqueMembers: original.members.filter { kept.contains($0.key) })
        }
        for key in patch.keys where key.hasPrefix(Self.deleteFromList) {
            let name = String(key.dropFirst(Self.deleteFromList.count))
            let gone = patch[key].items
            patch[key] = nil
            if let elements = original[name]?.array {
                original[name] = .array(elements.filter { !gone.contains($0) })
            }
        }
        for key in patch.keys where key.hasPrefix(Self.elementOrder) {
            let name = String(key.dropFirst(Self.elementOrder.count))
            let order = patch[key].items
            let elements = patch[name]?.array
            patch[key] = nil
            patch[name] = nil
            try setOrder(&original, name, elements, order, type?.field(name))
        }
        for (key, change) in patch {
            original[key] = try merged(original[key], change, type?.field(key))
        }
        return original
    }

    private func merged(
        _ original: JSONValue?, _ change: JSONValue, _ field: SchemaField?
    ) throws(Failure) -> JSONValue? {
        switch (original, change) {
        case (_, .null): return nil
        case (.object(let object)?, .object(let patch)):
            return .object(try merge(object, patch, structure(field)))
        case (_, .object(let patch)):
            return .object(try merge(JSONObject(), patch, structure(field)))
        case (let original, .array(let patch)):
            guard let field, field.patch.merges else { return .array(patch.map(withoutDirectives)) }
            return .array(try merge(original.items, patch, field))
        default: return change
        }
    }

    private func structure(_ field: SchemaField?) -> SchemaType? {
        if case .structure(let index)? = field?.value { schema[index] } else { nil }
    }

    private func element(_ field: SchemaField) -> SchemaType? {
        if case .list(.structure(let index)) = field.value { schema[index] } else { nil }
    }

    private func withoutDirectives(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            .object(
                JSONObject(
                    uniqueMembers: object.members.filter { !$0.key.hasPrefix("$") && $0.value != .null }.map {
                        ($0.key, withoutDirectives($0.value))
                    }))
        case .array(let elements): .array(elements.map(withoutDirectives))
        default: value
        }
    }

    // MARK: Lists

    private func merge(
        _ original: [JSONValue], _ patch: [JSONValue], _ field: SchemaField
    ) throws(Failure) -> [JSONValue] {
        guard let key = field.patch.mergeKey else {
            var all = original
            for element in patch where !all.contains(element) { all.append(element) }
            return ordered(all, by: patch, server: original, key: nil)
        }
        var original = original
        var additions: [JSONValue] = []
        var replaces = false
        for element in patch {
            guard let directive = element[Self.directive]?.string else {
                additions.append(element)
                continue
            }
            switch directive {
            case "delete":
                let identity = try identity(element, key)
                original.removeAll { $0[key] == identity }
            case "replace": replaces = true
            case "merge": throw Failure(message: "merging patch strategy type not supported yet")
            default: throw Failure(message: "unknown patch type found: \(directive)")
            }
        }
        if replaces { return additions.map(withoutDirectives) }
        var all = original
        for addition in additions {
            let identity = try identity(addition, key)
            if let index = all.firstIndex(where: { $0[key] == identity }) {
                all[index] = .object(
                    try merge(all[index].object ?? JSONObject(), addition.object ?? JSONObject(), element(field)))
            } else {
                all.append(.object(try merge(JSONObject(), addition.object ?? JSONObject(), element(field))))
            }
        }
        return ordered(all, by: additions, server: original, key: key)
    }

    private func identity(_ element: JSONValue, _ key: String) throws(Failure) -> JSONValue {
        guard let identity = element[key] else {
            throw Failure(message: "map: \(GoText.plain(element)) does not contain declared merge key: \(key)")
        }
        return identity
    }

    private func setOrder(
        _ original: inout JSONObject, _ name: String, _ patch: [JSONValue]?, _ order: [JSONValue], _ field: SchemaField?
    ) throws(Failure) {
        let server = original[name].items
        let merged: [JSONValue]
        switch (original[name], patch) {
        case (nil, nil): return
        case (_, nil): merged = server
        case (_, let patch?):
            guard let field, field.patch.merges else {
                original[name] = .array(patch.map(withoutDirectives))
                return
            }
            merged = try merge(server, patch, field)
        }
        original[name] = .array(ordered(merged, by: order, server: server, key: field?.patch.mergeKey))
    }

    /// Elements that the client knows are in its order; the others keep their relative position from the server.
    private func ordered(
        _ elements: [JSONValue], by order: [JSONValue], server: [JSONValue], key: String?
    ) -> [JSONValue] {
        func identity(_ element: JSONValue) -> JSONValue { key.map { element[$0] ?? .null } ?? element }
        func positions(_ list: [JSONValue]) -> [JSONValue: Int] {
            Dictionary(list.enumerated().map { (identity($1), $0) }, uniquingKeysWith: { first, _ in first })
        }
        let clientOrder = positions(order)
        let serverOrder = positions(server)
        let known = elements.enumerated().filter { clientOrder[identity($1)] != nil }
            .sorted {
                (clientOrder[identity($0.element)] ?? 0, $0.offset) < (
                    clientOrder[identity($1.element)] ?? 0, $1.offset
                )
            }
            .map(\.element)
        let unknown = elements.filter { clientOrder[identity($0)] == nil }
        var result: [JSONValue] = []
        var left = unknown[...]
        var right = known[...]
        while let first = left.first, let second = right.first {
            if let one = serverOrder[identity(first)], let other = serverOrder[identity(second)], one < other {
                result.append(left.removeFirst())
            } else {
                result.append(right.removeFirst())
            }
        }
        return result + left + right
    }
}
