/// Who owns which fields of an object, as `metadata.managedFields` records it.
struct FieldManagers {
    /// Who has written, and how.
    struct Manager: Hashable {
        var name: String
        var isApply: Bool
        var apiVersion: String
        var subresource: String

        /// As in messages about conflicts.
        var shown: String {
            var text = GoText.quoted(name)
            if !subresource.isEmpty { text += " with subresource \(GoText.quoted(subresource))" }
            return isApply ? text : "\(text) using \(apiVersion)"
        }
    }

    struct Entry {
        var set: FieldSet
        /// RFC 3339; nil when the record has none.
        var time: String?
    }

    var entries: [Manager: Entry] = [:]

    /// The ten latest updating managers have entries of their own; older ones share one.
    static let updateLimit = 10
    static let sharedName = "ancient-changes"

    init(_ json: [JSONValue]) {
        for record in json {
            let manager = Manager(
                name: record["manager"].text, isApply: record["operation"].text == "Apply",
                apiVersion: record["apiVersion"].text, subresource: record["subresource"].text)
            let set = FieldSet(json: record["fieldsV1"] ?? [:])
            guard !set.isEmpty else { continue }
            entries[manager] = Entry(
                set: entries[manager]?.set.union(set) ?? set, time: record["time"]?.string ?? entries[manager]?.time)
        }
    }

    /// Sorted: appliers first, then by time and name.
    var json: [JSONValue] {
        entries.sorted { Self.precedes($0, $1) }.map { manager, entry in
            var record: JSONObject = [
                "manager": .string(manager.name), "operation": manager.isApply ? "Apply" : "Update",
                "apiVersion": .string(manager.apiVersion),
            ]
            if let time = entry.time { record["time"] = .string(time) }
            record["fieldsType"] = "FieldsV1"
            record["fieldsV1"] = entry.set.json
            if !manager.subresource.isEmpty { record["subresource"] = .string(manager.subresource) }
            return .object(record)
        }
    }

    private static func precedes(_ left: (key: Manager, value: Entry), _ right: (key: Manager, value: Entry)) -> Bool {
        if left.key.isApply != right.key.isApply { return left.key.isApply }
        let leftKey = [left.value.time.orEmpty, left.key.name, left.key.apiVersion, left.key.subresource]
        let rightKey = [right.value.time.orEmpty, right.key.name, right.key.apiVersion, right.key.subresource]
        return leftKey.lexicographicallyPrecedes(rightKey)
    }

    /// All owned fields.
    var all: FieldSet { entries.values.reduce(FieldSet()) { $0.union($1.set) } }

    /// A field of another manager that a change would take over.
    struct Conflict {
        var manager: Manager
        var path: [PathElement]
    }

    /// Takes changed and removed fields from all managers but `writer`.
    ///
    /// - Returns: The fields taken from owners that had not given them up.
    mutating func release(_ comparison: Comparison, except writer: Manager?) -> [Conflict] {
        let changed = comparison.modified.union(comparison.added)
        var conflicts: [Conflict] = []
        for (manager, entry) in entries where manager != writer {
            let taken = entry.set.intersection(changed)
            conflicts += taken.paths.map { Conflict(manager: manager, path: $0) }
            let rest = entry.set.subtracting(taken).subtracting(comparison.removed)
            entries[manager] = rest.isEmpty ? nil : Entry(set: rest, time: entry.time)
        }
        return conflicts.sorted {
            ($0.manager.name, $0.path.map(\.shown).joined()) < ($1.manager.name, $1.path.map(\.shown).joined())
        }
    }

    /// Removes fields without owners: identity, and fields maintained by the server.
    mutating func strip(_ ignored: [[PathElement]]) {
        for (manager, entry) in entries {
            var set = entry.set
            for path in Self.serverFields { set.remove(path[...]) }
            for path in ignored { set.removeAll(below: path[...]) }
            // The metadata as a whole has no owner.
            set.remove([.field("metadata")])
            entries[manager] = set.isEmpty ? nil : Entry(set: set, time: entry.time)
        }
    }

    private static let serverFields: [[PathElement]] =
        [[.field("apiVersion")], [.field("kind")]]
        + [
            "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
            "resourceVersion",
        ].map { [.field("metadata"), .field($0)] }

    /// Merges the oldest updating managers when there are too many.
    mutating func cap() {
        let updaters = entries.filter { !$0.key.isApply }.sorted { Self.precedes($0, $1) }
        guard updaters.count > Self.updateLimit else { return }
        for (manager, entry) in updaters.prefix(updaters.count - Self.updateLimit + 1)
        where manager.name != Self.sharedName {
            let shared = Manager(
                name: Self.sharedName, isApply: false, apiVersion: manager.apiVersion, subresource: manager.subresource)
            entries[manager] = nil
            entries[shared] = Entry(
                set: entries[shared]?.set.union(entry.set) ?? entry.set, time: entry.time ?? entries[shared]?.time)
        }
    }
}
