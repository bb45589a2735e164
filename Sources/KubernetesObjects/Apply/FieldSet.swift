/// A set of paths to fields.
struct FieldSet: Hashable, Sendable {
    /// The path to this node belongs to the set.
    var isMember = false
    private(set) var children: [PathElement: FieldSet] = [:]

    init() {}

    var isEmpty: Bool { !isMember && children.isEmpty }

    subscript(element: PathElement) -> FieldSet? {
        get { children[element] }
        set { children[element] = newValue.flatMap { $0.isEmpty ? nil : $0 } }
    }

    mutating func insert(_ path: ArraySlice<PathElement>) {
        guard let first = path.first else {
            isMember = true
            return
        }
        children[first, default: FieldSet()].insert(path.dropFirst())
    }

    mutating func remove(_ path: ArraySlice<PathElement>) {
        guard let first = path.first else {
            isMember = false
            return
        }
        guard var child = children[first] else { return }
        child.remove(path.dropFirst())
        self[first] = child
    }

    /// Removes a path and everything below it.
    mutating func removeAll(below path: ArraySlice<PathElement>) {
        guard let first = path.first else {
            self = FieldSet()
            return
        }
        guard var child = children[first] else { return }
        child.removeAll(below: path.dropFirst())
        self[first] = child
    }

    func union(_ other: FieldSet) -> FieldSet {
        var result = self
        result.isMember = isMember || other.isMember
        for (element, child) in other.children {
            result.children[element] = result.children[element].map { $0.union(child) } ?? child
        }
        return result
    }

    func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        result.isMember = isMember && other.isMember
        for (element, child) in children {
            if let counterpart = other.children[element] { result[element] = child.intersection(counterpart) }
        }
        return result
    }

    func subtracting(_ other: FieldSet) -> FieldSet {
        var result = self
        result.isMember = isMember && !other.isMember
        for (element, child) in other.children {
            if let counterpart = result.children[element] { result[element] = counterpart.subtracting(child) }
        }
        return result
    }

    /// The paths, sorted for display.
    var paths: [[PathElement]] {
        var paths: [[PathElement]] = isMember ? [[]] : []
        for (element, child) in children { paths += child.paths.map { [element] + $0 } }
        return paths.sorted { $0.map(\.shown).joined() < $1.map(\.shown).joined() }
    }

    /// Fields that have owned fields below them count as owned themselves, if they are fields of the kind.
    func withNamedParents(_ shape: Shape, _ schema: Schema) -> FieldSet {
        var result = FieldSet()
        result.isMember = isMember
        for (element, child) in children {
            let below = shape.child(element, schema)
            var child = below.map { child.withNamedParents($0, schema) } ?? child
            if case .field = element, shape.isStructure { child.isMember = true }
            result.children[element] = child
        }
        return result
    }
}

extension FieldSet {
    /// Reads `fieldsV1`, skipping what cannot be read.
    init(json: JSONValue) {
        for member in json.object ?? JSONObject() {
            if member.key == "." {
                isMember = true
            } else if let element = PathElement(serialised: member.key) {
                var child = FieldSet(json: member.value)
                if child.isEmpty { child.isMember = true }
                children[element] = child
            }
        }
    }

    /// The form in `fieldsV1`.
    var json: JSONValue {
        var members: [JSONObject.Member] = []
        for (element, child) in children {
            members.append((element.serialised, child.children.isEmpty ? [:] : child.json))
        }
        if isMember, !children.isEmpty { members.append((".", [:])) }
        return .object(JSONObject(uniqueMembers: members).sorted())
    }
}
