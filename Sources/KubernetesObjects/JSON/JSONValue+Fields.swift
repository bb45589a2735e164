/// Reads fields as Go does, where absent and zero are the same.
extension JSONValue? {
    /// Empty when absent.
    package var text: String { self?.string ?? "" }
    /// Zero when absent.
    package var number: Int64 { self?.integer ?? 0 }
    /// False when absent.
    package var flag: Bool { self?.bool ?? false }
    /// Empty when absent.
    package var items: [JSONValue] { self?.array ?? [] }
    /// Empty when absent.
    package var texts: [String] { self?.array?.compactMap(\.string) ?? [] }
    /// Empty when absent.
    package var fields: JSONObject { self?.object ?? JSONObject() }
    /// Present and not null.
    package var isSet: Bool { self != nil && self != .null }

    package subscript(key: String) -> JSONValue? { self?[key] }
}

extension JSONObject {
    /// Sets a field that is absent or null.
    mutating func setDefault(_ key: String, _ value: @autoclosure () -> JSONValue) {
        if !self[key].isSet { self[key] = value() }
    }

    /// Sets a text field that is absent or empty.
    mutating func setDefault(emptyText key: String, _ value: @autoclosure () -> String) {
        if self[key].text.isEmpty { self[key] = .string(value()) }
    }

    /// Changes the elements of a list that are objects.
    mutating func modifyItems(_ key: String, _ change: (inout JSONObject) -> Void) {
        guard self[key]?.array != nil, var items = take(key)?.array else { return }
        for index in items.indices {
            guard case .object(var object) = items[index] else { continue }
            items[index] = .null
            change(&object)
            items[index] = .object(object)
        }
        restore(key, .array(items))
    }

    /// Changes a field that is an object; leaves others alone.
    mutating func modify(_ key: String, _ change: (inout JSONObject) -> Void) {
        guard self[key]?.object != nil, var object = take(key)?.object else { return }
        change(&object)
        restore(key, .object(object))
    }
}
