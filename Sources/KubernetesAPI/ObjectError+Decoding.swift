extension ObjectError {
    /// The error of a decoder, in the words of this module. The first `depth` steps of its path lead to the object, and
    /// are left out.
    init(_ error: any Error, object: String, below depth: Int) {
        switch error {
        case let error as ObjectError:
            self = error
        case DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context):
            self.init(
                object: object, field: Self.path(context.codingPath.dropFirst(depth)),
                reason: "this is not \(Self.name(of: type)); see the API reference of the kind for what belongs here")
        case DecodingError.keyNotFound(let key, let context):
            self.init(
                object: object, field: Self.path(context.codingPath.dropFirst(depth) + [key]),
                reason: "the field is missing; add it")
        case DecodingError.dataCorrupted(let context):
            self.init(
                object: object, field: Self.path(context.codingPath.dropFirst(depth)),
                reason: context.underlyingError.map { "\(context.debugDescription) \($0)" } ?? context.debugDescription)
        default:
            let reason = "cannot be read (\(error)); compare it with the API reference of the kind"
            self.init(object: object, field: "", reason: reason)
        }
    }

    /// `spec.ports[0].port`
    private static func path(_ keys: some Sequence<any CodingKey>) -> String {
        keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is any BinaryInteger.Type: "a number"
        case is Bool.Type: "true or false"
        case is [Any].Type, is any RandomAccessCollection.Type: "a list"
        default: "a mapping of fields"
        }
    }
}
