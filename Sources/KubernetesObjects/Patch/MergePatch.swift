/// JSON Merge Patch, RFC 7386.
enum MergePatch {
    static func apply(_ patch: JSONValue, to value: JSONValue) -> JSONValue {
        guard case .object(let patch) = patch else { return patch }
        var object = value.object ?? JSONObject()
        for (key, change) in patch {
            object[key] = change == .null ? nil : apply(change, to: object[key] ?? .null)
        }
        return .object(object)
    }
}
