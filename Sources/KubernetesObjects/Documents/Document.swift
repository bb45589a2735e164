/// A whole API object: every given field, in schema order.
///
/// The accessors read the metadata that every kind has. The empty string and zero mean unset, as in Go.
package struct Document: Sendable, Hashable {
    package var object: JSONObject

    package init(_ object: JSONObject) {
        self.object = object
    }

    package subscript(key: String) -> JSONValue? {
        get { object[key] }
        _modify { yield &object[key] }
    }

    /// The value at a path of member names.
    package subscript(path path: String...) -> JSONValue? {
        get { JSONValue.object(object).value(at: path[...]) }
        set {
            var value = JSONValue.object(object)
            value.set(newValue, at: path[...])
            object = value.object ?? object
        }
    }

    package var apiVersion: String { object["apiVersion"]?.string ?? "" }
    package var kind: String { object["kind"]?.string ?? "" }

    package var metadata: JSONObject {
        get { object["metadata"]?.object ?? JSONObject() }
        set { object["metadata"] = .object(newValue) }
    }

    package var spec: JSONObject {
        get { object["spec"]?.object ?? JSONObject() }
        set { object["spec"] = .object(newValue) }
    }

    package var status: JSONObject {
        get { object["status"]?.object ?? JSONObject() }
        set { object["status"] = .object(newValue) }
    }
}

extension Document {
    private func text(_ key: String) -> String { object["metadata"]?[key]?.string ?? "" }

    private mutating func set(_ key: String, _ value: JSONValue?) {
        if object["metadata"] == nil { object["metadata"] = .object([:]) }
        object["metadata"]?[key] = value
    }

    private mutating func set(_ key: String, text: String) {
        set(key, text.isEmpty ? nil : .string(text))
    }

    package var name: String {
        get { text("name") }
        set { set("name", text: newValue) }
    }

    package var generateName: String {
        get { text("generateName") }
        set { set("generateName", text: newValue) }
    }

    package var namespace: String {
        get { text("namespace") }
        set { set("namespace", text: newValue) }
    }

    package var uid: String {
        get { text("uid") }
        set { set("uid", text: newValue) }
    }

    package var resourceVersion: String {
        get { text("resourceVersion") }
        set { set("resourceVersion", text: newValue) }
    }

    package var generation: Int64 {
        get { object["metadata"]?["generation"]?.integer ?? 0 }
        set { set("generation", newValue == 0 ? nil : .integer(newValue)) }
    }

    /// RFC 3339 in UTC with whole seconds; nil when not set.
    package var creationTimestamp: String? {
        get { object["metadata"]?["creationTimestamp"]?.string }
        set { set("creationTimestamp", newValue.map(JSONValue.string)) }
    }

    /// When the object will be removed, RFC 3339; nil unless it is being deleted.
    package var deletionTimestamp: String? {
        get { object["metadata"]?["deletionTimestamp"]?.string }
        set { set("deletionTimestamp", newValue.map(JSONValue.string)) }
    }

    /// Seconds.
    package var deletionGracePeriodSeconds: Int64? {
        get { object["metadata"]?["deletionGracePeriodSeconds"]?.integer }
        set { set("deletionGracePeriodSeconds", newValue.map(JSONValue.integer)) }
    }

    package var labels: [String: String] {
        get { object["metadata"]?["labels"]?.textMap ?? [:] }
        set { set("labels", newValue.isEmpty ? nil : JSONValue(textMap: newValue)) }
    }

    package var annotations: [String: String] {
        get { object["metadata"]?["annotations"]?.textMap ?? [:] }
        set { set("annotations", newValue.isEmpty ? nil : JSONValue(textMap: newValue)) }
    }

    package var finalizers: [String] {
        get { object["metadata"]?["finalizers"]?.array?.compactMap(\.string) ?? [] }
        set { set("finalizers", newValue.isEmpty ? nil : .array(newValue.map(JSONValue.string))) }
    }

    package var ownerReferences: [OwnerReference] {
        get { object["metadata"]?["ownerReferences"]?.array?.compactMap { OwnerReference($0) } ?? [] }
        set { set("ownerReferences", newValue.isEmpty ? nil : .array(newValue.map(\.json))) }
    }

    /// The records of field owners, as written in `metadata.managedFields`.
    package var managedFields: [JSONValue] {
        get { object["metadata"]?["managedFields"]?.array ?? [] }
        set { set("managedFields", newValue.isEmpty ? nil : .array(newValue)) }
    }
}

extension JSONValue {
    /// The members of an object whose values are strings.
    package var textMap: [String: String]? {
        guard let object else { return nil }
        var map: [String: String] = [:]
        map.reserveCapacity(object.count)
        for member in object { if let text = member.value.string { map[member.key] = text } }
        return map
    }

    /// An object of string values, sorted by key.
    package init(textMap: [String: String]) {
        self = .object(JSONObject(uniqueMembers: textMap.map { ($0.key, .string($0.value)) }).sorted())
    }
}

extension Document {
    /// Changes a member that is an object, created if missing.
    mutating func modify(_ key: String, _ change: (inout JSONObject) -> Void) {
        var member = object.take(key)?.object ?? JSONObject()
        change(&member)
        object.restore(key, .object(member))
    }
}
