import FoundationEssentials

/// Reads what the API server sends as `application/json`.
enum JSONReader {
    typealias List = (metadata: ListMetadata, outcomes: [Result<KubernetesObject, ObjectError>])

    static func list(_ bytes: [UInt8], of kind: ObjectKind) throws(ObjectError) -> List {
        try list(bytes, kind.registration.document)
    }

    static func watchEvent(_ bytes: [UInt8], of kind: ObjectKind) throws(ObjectError) -> WatchEvent {
        try watchEvent(bytes, kind.registration.document)
    }

    private static func watchEvent<Document: ObjectDocument>(
        _ bytes: [UInt8], _ type: Document.Type
    ) throws(ObjectError) -> WatchEvent {
        let name = "watch event of \(Document.objectKind.rawValue)"
        return try decode(WatchEventDocument<Document>.self, bytes, as: name).event
    }

    static func object(_ bytes: [UInt8], of kind: ObjectKind) throws(ObjectError) -> KubernetesObject {
        try object(bytes, kind.registration.document)
    }

    private static func object<Document: ObjectDocument>(
        _ bytes: [UInt8], _ type: Document.Type
    ) throws(ObjectError) -> KubernetesObject {
        let name = Document.objectKind.rawValue
        return try decode(Item<Document>.self, bytes, as: name).reading.outcome.get()
    }

    static func status(_ bytes: [UInt8]) throws(ObjectError) -> Status {
        let document = try decode(StatusDocument.self, bytes, as: "Status")
        guard document.kind == "Status" else {
            throw ObjectError(
                object: "Status", field: "kind",
                reason: "the answer is a “\(document.kind ?? "")”; check that an API server is at this address")
        }
        return document.status
    }

    private static func list<Document: ObjectDocument>(
        _ bytes: [UInt8], _ type: Document.Type
    ) throws(ObjectError) -> List {
        let name = "\(Document.objectKind.rawValue)List"
        let document = try decode(ListDocument<Document>.self, bytes, as: name)
        guard document.kind == name || document.kind == "List" else {
            throw ObjectError(
                object: name, field: "kind",
                reason: "the answer is a “\(document.kind ?? "")”; check that an API server is at this address")
        }
        let metadata = ListMetadata(
            resourceVersion: document.metadata?.resourceVersion ?? "",
            continueToken: document.metadata?.continue ?? "")
        return (metadata, (document.items ?? []).map(\.reading.outcome))
    }

    private static func decode<Document: Decodable>(
        _ type: Document.Type, _ bytes: [UInt8], as name: String
    ) throws(ObjectError) -> Document {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw ObjectError(error, object: name, below: 0)
        }
    }

    /// An object whose kind is known from its context.
    struct Item<Document: ObjectDocument>: Decodable {
        let reading: ObjectReading

        init(from decoder: any Decoder) {
            reading = ObjectReading(of: Document.objectKind, from: decoder)
        }
    }

    private struct ListDocument<Document: ObjectDocument>: Decodable {
        var kind: String?
        var metadata: Metadata?
        var items: [Item<Document>]?
    }

    private struct Metadata: Decodable {
        var resourceVersion: String?
        var `continue`: String?
    }
}
