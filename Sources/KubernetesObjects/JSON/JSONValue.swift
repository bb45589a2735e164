/// A JSON value that preserves integers and the order of members.
package enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    package var isNull: Bool { self == .null }

    /// The member of an object; nil for a missing member and for values that are not objects. Setting nil removes the
    /// member. Setting turns a value that is not an object into one.
    package subscript(key: String) -> JSONValue? {
        get {
            if case .object(let object) = self { object[key] } else { nil }
        }
        set {
            if case .object(var object) = self {
                self = .null
                object[key] = newValue
                self = .object(object)
            } else if let newValue {
                self = .object([key: newValue])
            }
        }
        _modify {
            var member: JSONValue?
            if case .object(var object) = self {
                self = .null
                member = object.take(key)
                defer {
                    object.restore(key, member)
                    self = .object(object)
                }
                yield &member
            } else {
                defer { if let member { self = .object([key: member]) } }
                yield &member
            }
        }
    }

    /// The value at a path of member names; nil where a member is missing.
    package subscript(path path: String...) -> JSONValue? {
        value(at: path[...])
    }

    package func value(at path: ArraySlice<String>) -> JSONValue? {
        guard let first = path.first else { return self }
        return self[first]?.value(at: path.dropFirst())
    }

    /// Sets the value at a path of member names, creating objects on the way; nil removes it.
    package mutating func set(_ value: JSONValue?, at path: ArraySlice<String>) {
        guard let first = path.first else {
            self = value ?? .null
            return
        }
        if path.count == 1 {
            self[first] = value
        } else if value != nil || self[first] != nil {
            var child = self[first] ?? .object([:])
            self[first] = nil
            child.set(value, at: path.dropFirst())
            self[first] = child
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}
