/// Records the owners of fields when objects are created and updated.
package enum ManagedFields {
    /// The name of a manager: as given by the client, or the start of its user agent.
    package static func manager(fieldManager: String?, userAgent: String?) -> String {
        if let fieldManager, !fieldManager.isEmpty { return fieldManager }
        let first =
            (userAgent ?? "").split(separator: "/", omittingEmptySubsequences: false).first.map(String.init) ?? ""
        return first.isEmpty ? "unknown" : String(first.prefix(128))
    }

    /// The object with its records updated.
    ///
    /// `document`: The object to store, after defaults and before the server's additions. `old`: The stored object; nil
    /// for a new one. `subresource`: Empty for the object itself. `now`: Seconds since 1970.
    ///
    /// - Returns: The object; its records are those of `old` if only times would change.
    package static func update(
        _ document: Document, old: Document?, _ definition: ResourceDefinition, subresource: String, manager: String,
        now: Int64
    ) -> Document {
        guard let type = Schema.kubernetes.index(of: definition.schemaType) else { return document }
        let oldRecords = old?.managedFields ?? []
        var managers = FieldManagers(records(document, old: old, subresource: subresource))
        let before = plain(old ?? emptyDocument(type))
        let after = plain(document)
        let comparison = Comparison(TypedObject(before, type: type), TypedObject(after, type: type))
        // All managers give up changed fields, including this one, which then owns everything that it has changed.
        _ = managers.release(comparison, except: nil)
        let writer = FieldManagers.Manager(
            name: manager, isApply: false, apiVersion: definition.apiVersion, subresource: subresource)
        let taken = comparison.modified.union(comparison.added)
        var operation = FieldManagers([])
        if !taken.isEmpty { operation.entries[writer] = FieldManagers.Entry(set: taken) }
        operation.strip(ignored(definition, subresource: subresource))
        if let taken = operation.entries[writer] {
            managers.entries[writer] = FieldManagers.Entry(
                set: managers.entries[writer]?.set.union(taken.set) ?? taken.set, time: APITime.text(seconds: now))
        }
        managers.cap()
        let records = managers.json
        var result = document
        result.managedFields = before == after && isSame(records, oldRecords) ? oldRecords : records
        return result
    }

    /// Clients may send records back unchanged or changed, omit them, or reset them with an empty entry.
    private static func records(_ document: Document, old: Document?, subresource: String) -> [JSONValue] {
        let given = document[path: "metadata", "managedFields"]
        let stored = old?.managedFields ?? []
        guard subresource.isEmpty, let list = given?.array else { return stored }
        if list.isEmpty { return old == nil ? [] : stored }
        if list.count == 1, list[0]["manager"].text.isEmpty, list[0]["operation"].text.isEmpty { return [] }
        return list
    }

    /// The object without its records.
    static func plain(_ document: Document) -> JSONValue {
        var document = document
        document.managedFields = []
        return .object(document.object)
    }

    /// Go's form of an empty object: it has the parts that are not pointers.
    static func emptyDocument(_ type: Int) -> Document {
        do {
            return Document(try SchemaDecoder.decode([:], type: type).value.object ?? JSONObject())
        } catch {
            return Document(JSONObject())
        }
    }

    /// Fields that writes through the object or a subresource reset, which therefore have no owner through it.
    static func ignored(_ definition: ResourceDefinition, subresource: String) -> [[PathElement]] {
        if subresource == "status" { return [[.field("spec")]] }
        return subresource.isEmpty && definition.subresource("status") != nil ? [[.field("status")]] : []
    }

    /// Whether two lists of records differ in times only.
    static func isSame(_ left: [JSONValue], _ right: [JSONValue]) -> Bool {
        func timeless(_ records: [JSONValue]) -> [JSONValue] {
            records.map { record in
                var record = record
                record["time"] = nil
                return record
            }
        }
        let right = timeless(right)
        return left.count == right.count && timeless(left).allSatisfy(right.contains)
    }
}
