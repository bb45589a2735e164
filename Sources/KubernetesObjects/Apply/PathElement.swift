/// One step of the path to an owned field.
///
/// https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
enum PathElement: Hashable, Sendable {
    case field(String)
    /// The element of a list whose key members have these values, sorted by name.
    case key([KeyMember])
    /// The element of a set.
    case value(JSONValue)
    case index(Int)

    struct KeyMember: Hashable, Sendable {
        var name: String
        var value: JSONValue
    }

    /// Reads `f:name`, `k:{"port":80}`, `v:"text"` or `i:3`; nil for anything else.
    init?(serialised text: String) {
        let rest = String(text.dropFirst(2))
        func json() -> JSONValue? {
            do { return try JSONParser.parse(Array(rest.utf8)) } catch { return nil }
        }
        switch text.prefix(2) {
        case "f:": self = .field(rest)
        case "k:":
            guard let object = json()?.object else { return nil }
            self = .key(object.sorted().map { KeyMember(name: $0.key, value: $0.value) })
        case "v:":
            guard let value = json() else { return nil }
            self = .value(value)
        case "i:":
            guard let index = Int(rest) else { return nil }
            self = .index(index)
        default: return nil
        }
    }

    /// As in `managedFields`.
    var serialised: String {
        switch self {
        case .field(let name): "f:\(name)"
        case .key(let members):
            "k:" + JSONValue.object(JSONObject(uniqueMembers: members.map { ($0.name, $0.value) })).description
        case .value(let value): "v:\(value)"
        case .index(let index): "i:\(index)"
        }
    }

    /// As in messages about conflicts: `.spec` or `[port=80,protocol="TCP"]`.
    var shown: String {
        switch self {
        case .field(let name): ".\(name)"
        case .key(let members):
            "[" + members.map { "\($0.name)=\(GoText.unescapedJSON($0.value))" }.joined(separator: ",") + "]"
        case .value(let value): "[=\(GoText.unescapedJSON(value))]"
        case .index(let index): "[\(index)]"
        }
    }
}
