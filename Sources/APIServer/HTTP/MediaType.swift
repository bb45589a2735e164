/// One media type of an `Accept` or `Content-Type` header.
struct MediaType: Hashable, Sendable {
    var name: String
    var parameters: [String: String]

    init(_ text: some StringProtocol) {
        let parts = text.split(separator: ";").map { $0.drop { $0 == " " } }
        name = parts.first.map { $0.lowercased() }?.trimmed ?? ""
        parameters = [:]
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { parameters[String(pair[0]).trimmed] = String(pair[1]).trimmed }
        }
    }
}

/// The format in which a client wants an answer.
struct AnswerForm: Hashable, Sendable {
    enum Encoding: String, Sendable {
        case json = "application/json"
        case yaml = "application/yaml"
        case protobuf = "application/vnd.kubernetes.protobuf"
    }

    enum Shape: Hashable, Sendable {
        case object
        case table
        case partialMetadata
    }

    var encoding = Encoding.json
    var shape = Shape.object
    /// Pretty-printed.
    var isPretty = false

    static let accepted = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]

    /// The first acceptable format of an `Accept` header, protobuf only if available; `nil` if there is none.
    init?(accept: String, protobuf: Bool) {
        if accept.isEmpty { return }
        for type in accept.split(separator: ",").map(MediaType.init) {
            if let form = Self(type, protobuf: protobuf) {
                self = form
                return
            }
        }
        return nil
    }

    private init?(_ type: MediaType, protobuf: Bool) {
        switch type.name {
        case "application/json", "*/*", "application/*": encoding = .json
        case "application/yaml": encoding = .yaml
        case "application/vnd.kubernetes.protobuf" where protobuf: encoding = .protobuf
        default: return nil
        }
        switch type.parameters["as"] {
        case nil: shape = .object
        case "Table" where ["v1", "v1beta1"].contains(type.parameters["v"]) && encoding != .protobuf: shape = .table
        case "PartialObjectMetadata" where encoding != .protobuf,
            "PartialObjectMetadataList" where encoding != .protobuf:
            shape = .partialMetadata
        default: return nil
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
