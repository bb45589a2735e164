import KubernetesObjects
import ObjectStore

/// Converts stored documents to the format that a client wants.
struct ObjectAnswer {
    let definition: ResourceDefinition
    let form: AnswerForm
    /// What the rows of tables contain: `None`, `Metadata` (also if empty) or `Object`.
    private let includeObject: String
    /// Seconds since 1970; a watch lasts, and shows the ages of its events' times.
    private var now: Int64 { SystemClock.seconds() }

    init(_ request: ResourceRequest) throws(APIStatus) {
        definition = request.definition
        guard
            let form = AnswerForm(
                accept: request.http.header("accept"),
                protobuf: true)
        else { throw .notAcceptable(AnswerForm.accepted) }
        self.form = form
        includeObject = request.http.query["includeObject"]
    }

    /// A response with one object.
    func one(_ bytes: [UInt8]) throws(APIStatus) -> APIResponse {
        APIResponse(contentType: contentType, body: .bytes(try object(bytes)))
    }

    /// What the bytes of an event depend on.
    func key(of type: String, revision: Int64, isFirst: Bool) -> EncodedEvents.Key {
        let isTable = form.shape == .table
        return EncodedEvents.Key(
            revision: revision, type: type, apiVersion: definition.apiVersion, form: form,
            includeObject: isTable ? includeObject : "", withColumns: isTable && isFirst, now: isTable ? now : 0)
    }

    /// One object in the requested format.
    func object(_ bytes: [UInt8], isFirst: Bool = true) throws(APIStatus) -> [UInt8] {
        let bytes = try shown(bytes)
        switch form.shape {
        case .object:
            switch form.encoding {
            case .json: return bytes
            case .yaml: return try YAMLForm.bytes(.object(try StoredDocument.decode(bytes).object))
            case .protobuf: return try ProtobufForm.bytes(try StoredDocument.decode(bytes), definition)
            }
        case .table:
            let document = try StoredDocument.decode(bytes)
            return try encode(
                definition.table(
                    [document], resourceVersion: document.resourceVersion, includeObject: includeObject,
                    withColumns: isFirst, now: now))
        case .partialMetadata:
            return try encode(Self.partialMetadata(try StoredDocument.decode(bytes)))
        }
    }

    /// A response with the number of replicas of an object.
    func scale(_ scale: Document) throws(APIStatus) -> APIResponse {
        guard form.shape == .table else { return APIResponse(body: .bytes(StoredDocument.bytes(scale))) }
        return try answer(Scale.table(scale, includeObject: includeObject, now: now))
    }

    /// A stored document as this resource shows it.
    private func shown(_ bytes: [UInt8]) throws(APIStatus) -> [UInt8] {
        guard definition.storedAs != nil else { return bytes }
        return StoredDocument.bytes(definition.fromStored(try StoredDocument.decode(bytes)))
    }

    /// A list of objects at one revision.
    func list(
        _ documents: [[UInt8]], revision: Int64, next: String = "", remaining: Int? = nil
    ) throws(APIStatus) -> APIResponse {
        var documents = documents
        if definition.storedAs != nil {
            for index in documents.indices { documents[index] = try shown(documents[index]) }
        }
        var metadata: JSONObject = ["resourceVersion": .string(String(revision))]
        if !next.isEmpty { metadata["continue"] = .string(next) }
        if let remaining { metadata["remainingItemCount"] = .integer(Int64(remaining)) }
        switch form.shape {
        case .object where form.encoding == .json:
            return APIResponse(contentType: contentType, body: .bytes(plainList(documents, metadata)))
        case .object where form.encoding == .protobuf:
            let body = try ProtobufForm.list(documents, metadata: metadata, definition)
            return APIResponse(contentType: contentType, body: .bytes(body))
        case .object:
            var items: [JSONValue] = []
            for document in documents { items.append(.object(try StoredDocument.decode(document).object)) }
            return try answer([
                "kind": .string(definition.kind + "List"), "apiVersion": .string(definition.apiVersion),
                "metadata": .object(metadata), "items": .array(items),
            ])
        case .table:
            var all: [Document] = []
            all.reserveCapacity(documents.count)
            for document in documents { all.append(try StoredDocument.decode(document)) }
            var table = definition.table(
                all, resourceVersion: String(revision), includeObject: includeObject, withColumns: true, now: now)
            table["metadata"] = .object(metadata)
            return try answer(table)
        case .partialMetadata:
            var items: [JSONValue] = []
            for document in documents { items.append(Self.partialMetadata(try StoredDocument.decode(document))) }
            return try answer([
                "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": .object(metadata),
                "items": .array(items),
            ])
        }
    }

    private func answer(_ json: JSONValue) throws(APIStatus) -> APIResponse {
        APIResponse(contentType: contentType, body: .bytes(try encode(json)))
    }

    private func encode(_ json: JSONValue) throws(APIStatus) -> [UInt8] {
        form.encoding == .yaml ? try YAMLForm.bytes(json) : JSONWriter.bytes(json)
    }

    var contentType: String { form.encoding.rawValue }

    /// Documents are copied as stored, without the kind and version, which the list states once.
    private func plainList(_ documents: [[UInt8]], _ metadata: JSONObject) -> [UInt8] {
        let prefix = StoredDocument.prefix(of: definition).count
        var bytes = Array(
            "{\"kind\":\"\(definition.kind)List\",\"apiVersion\":\"\(definition.apiVersion)\",\"metadata\":".utf8)
        bytes += JSONWriter.bytes(.object(metadata))
        bytes += Array(",\"items\":[".utf8)
        bytes.reserveCapacity(bytes.count + documents.reduce(0) { $0 + $1.count } + 4)
        for (index, document) in documents.enumerated() {
            bytes.append(UInt8(ascii: index == 0 ? "{" : ","))
            if index > 0 { bytes.append(UInt8(ascii: "{")) }
            bytes += document.dropFirst(prefix)
        }
        bytes += Array("]}\n".utf8)
        return bytes
    }

    private static func partialMetadata(_ document: Document) -> JSONValue {
        [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": .object(document.metadata),
        ]
    }
}
