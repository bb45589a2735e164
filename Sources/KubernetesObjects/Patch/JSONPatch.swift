/// JSON Patch, RFC 6902.
enum JSONPatch {
    static let operationLimit = 10_000

    /// Applies the operations in order.
    ///
    /// - Throws: `APIStatus` for a patch that cannot be read, or an operation that fails.
    static func apply(_ patch: JSONValue, to value: JSONValue) throws(APIStatus) -> JSONValue {
        let operations = patch.array ?? []
        if operations.count > operationLimit {
            throw APIStatus(
                code: 413, reason: "RequestEntityTooLarge",
                message:
                    "Request entity too large: The allowed maximum operations in a JSON patch is \(operationLimit), "
                    + "got \(operations.count)")
        }
        var value = value
        for operation in operations {
            do {
                try apply(operation, &value)
            } catch {
                throw rejected
            }
        }
        return value
    }

    /// Kubernetes does not say which operation failed.
    private static let rejected = APIStatus(
        code: 422, reason: "Invalid", message: "the server rejected our request due to an error in our request",
        details: APIStatus.Details())

    private struct Failure: Error {}

    private static func apply(_ operation: JSONValue, _ value: inout JSONValue) throws(Failure) {
        guard let path = pointer(operation["path"]) else { throw Failure() }
        switch operation["op"]?.string {
        case "add":
            guard let new = operation["value"] else { throw Failure() }
            try add(new, at: path[...], &value)
        case "remove": _ = try remove(at: path[...], &value)
        case "replace":
            guard let new = operation["value"] else { throw Failure() }
            try replace(new, at: path[...], &value)
        case "move":
            guard let from = pointer(operation["from"]) else { throw Failure() }
            let moved = try remove(at: from[...], &value)
            try add(moved, at: path[...], &value)
        case "copy":
            guard let from = pointer(operation["from"]) else { throw Failure() }
            try add(try get(from[...], value), at: path[...], &value)
        case "test":
            // A missing value equals null.
            let current: JSONValue
            do { current = try get(path[...], value) } catch { current = .null }
            guard current == operation["value"] ?? .null else { throw Failure() }
        default: throw Failure()
        }
    }

    /// The steps of a JSON pointer (RFC 6901); nil if the text is not one.
    private static func pointer(_ value: JSONValue?) -> [String]? {
        guard let text = value?.string else { return nil }
        if text.isEmpty { return [] }
        guard text.hasPrefix("/") else { return nil }
        return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { step in
            var result = ""
            var isEscaped = false
            for character in step {
                if isEscaped {
                    result += character == "1" ? "/" : character == "0" ? "~" : "~\(character)"
                    isEscaped = false
                } else if character == "~" {
                    isEscaped = true
                } else {
                    result.append(character)
                }
            }
            return isEscaped ? result + "~" : result
        }
    }

    private static func index(_ step: String, count: Int, allowsEnd: Bool) throws(Failure) -> Int {
        if step == "-", allowsEnd { return count }
        guard let index = Int(step), step == "0" || !step.hasPrefix("0") else { throw Failure() }
        // Negative indexes count from the end, as the library of kube-apiserver allows.
        let position = index < 0 ? index + count + (allowsEnd ? 1 : 0) : index
        guard (0..<count + (allowsEnd ? 1 : 0)).contains(position) else { throw Failure() }
        return position
    }

    private static func get(_ path: ArraySlice<String>, _ value: JSONValue) throws(Failure) -> JSONValue {
        guard let step = path.first else { return value }
        switch value {
        case .object(let object):
            guard let member = object[step] else { throw Failure() }
            return try get(path.dropFirst(), member)
        case .array(let elements):
            return try get(path.dropFirst(), elements[try index(step, count: elements.count, allowsEnd: false)])
        default: throw Failure()
        }
    }

    private static func add(
        _ new: JSONValue, at path: ArraySlice<String>, _ value: inout JSONValue
    ) throws(Failure) {
        guard !path.isEmpty else {
            value = new
            return
        }
        try change(at: path, &value) { (container, step) throws(Failure) in
            switch container {
            case .object(var object):
                object[step] = new
                container = .object(object)
            case .array(var elements):
                elements.insert(new, at: try index(step, count: elements.count, allowsEnd: true))
                container = .array(elements)
            default: throw Failure()
            }
        }
    }

    private static func replace(
        _ new: JSONValue, at path: ArraySlice<String>, _ value: inout JSONValue
    ) throws(Failure) {
        guard !path.isEmpty else {
            value = new
            return
        }
        try change(at: path, &value) { (container, step) throws(Failure) in
            switch container {
            case .object(var object):
                guard object[step] != nil else { throw Failure() }
                object[step] = new
                container = .object(object)
            case .array(var elements):
                elements[try index(step, count: elements.count, allowsEnd: false)] = new
                container = .array(elements)
            default: throw Failure()
            }
        }
    }

    private static func remove(at path: ArraySlice<String>, _ value: inout JSONValue) throws(Failure) -> JSONValue {
        try change(at: path, &value) { (container, step) throws(Failure) in
            switch container {
            case .object(var object):
                guard let removed = object[step] else { throw Failure() }
                object[step] = nil
                container = .object(object)
                return removed
            case .array(var elements):
                let removed = elements.remove(at: try index(step, count: elements.count, allowsEnd: false))
                container = .array(elements)
                return removed
            default: throw Failure()
            }
        }
    }

    /// Calls `body` with the object or array that the last step of the path leads into.
    private static func change<Result>(
        at path: ArraySlice<String>, _ value: inout JSONValue,
        _ body: (_ container: inout JSONValue, _ step: String) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let step = path.first else { throw Failure() }
        guard path.count > 1 else { return try body(&value, step) }
        switch value {
        case .object(var object):
            guard var member = object[step] else { throw Failure() }
            let result = try change(at: path.dropFirst(), &member, body)
            object[step] = member
            value = .object(object)
            return result
        case .array(var elements):
            let position = try index(step, count: elements.count, allowsEnd: false)
            let result = try change(at: path.dropFirst(), &elements[position], body)
            value = .array(elements)
            return result
        default: throw Failure()
        }
    }
}
