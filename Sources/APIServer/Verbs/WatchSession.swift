import KubernetesObjects
import ObjectStore

/// One client's watch of a resource: a position in the store's window, without a queue. A client that reads too slowly
/// falls out of the window and must list again.
struct WatchSession {
    /// The number of initial objects per write.
    private static let batch = 500
    private static let bookmarkInterval = Duration.seconds(60)

    private let stream: WatchStream
    private let answer: ObjectAnswer
    private let resource: String
    private var initial: ArraySlice<Record>
    private var owesInitialBookmark: Bool
    private var position: Int64
    private var isFirst = true
    private var hasEnded = false
    private let end: ContinuousClock.Instant
    private var nextBookmark: ContinuousClock.Instant

    init(_ stream: WatchStream) throws(APIStatus) {
        self.stream = stream
        answer = try ObjectAnswer(stream.request)
        resource = stream.request.definition.storageName
        initial = stream.initial
        owesInitialBookmark = stream.marksEndOfInitial
        position = stream.revision
        end = .now + stream.timeout
        nextBookmark = .now + Self.bookmarkInterval
    }

    /// The next events, encoded; waits for some. Returns `nil` at the end.
    mutating func next() async throws(APIStatus) -> [UInt8]? {
        if !initial.isEmpty { return try initialEvents() }
        if owesInitialBookmark {
            owesInitialBookmark = false
            return try bookmark(endsInitial: true)
        }
        while !hasEnded, !Task.isCancelled {
            guard let (events, revision) = stream.store.events(of: resource, after: position) else {
                hasEnded = true
                return try encode("ERROR", status: tooOld())
            }
            var bytes: [UInt8] = []
            for event in events { try append(event, to: &bytes) }
            position = max(position, revision)
            if !bytes.isEmpty { return bytes }
            let now = ContinuousClock.now
            if now >= end { return nil }
            if stream.sendsBookmarks, now >= nextBookmark {
                nextBookmark = now + Self.bookmarkInterval
                return try bookmark(endsInitial: false)
            }
            await stream.store.wait(
                for: [resource], after: position, until: stream.sendsBookmarks ? min(end, nextBookmark) : end)
        }
        return nil
    }

    private mutating func initialEvents() throws(APIStatus) -> [UInt8] {
        var bytes: [UInt8] = []
        for record in initial.prefix(Self.batch) where try stream.selection.selects(record) {
            try append("ADDED", record.document, to: &bytes)
        }
        initial = initial.dropFirst(Self.batch)
        if bytes.isEmpty, !initial.isEmpty { return try initialEvents() }
        if bytes.isEmpty, owesInitialBookmark {
            owesInitialBookmark = false
            return try bookmark(endsInitial: true)
        }
        return bytes
    }

    private mutating func append(_ event: StoreEvent, to bytes: inout [UInt8]) throws(APIStatus) {
        let request = stream.request
        guard request.namespace.isEmpty || event.record.key.namespace == request.namespace else { return }
        let selectsNow = try event.kind == .deleted ? false : stream.selection.selects(event.record)
        var selectedBefore = false
        if let previous = event.previous { selectedBefore = try stream.selection.selects(previous) }
        switch (selectedBefore, selectsNow) {
        case (false, true): try append("ADDED", event.record.document, to: &bytes)
        case (true, true): try append("MODIFIED", event.record.document, to: &bytes)
        case (true, false):
            try append("DELETED", try lastState(event), to: &bytes)
        case (false, false): break
        }
    }

    /// The event of an object that is deleted or no longer selected: the previous state, at the event's revision.
    private func lastState(_ event: StoreEvent) throws(APIStatus) -> [UInt8] {
        guard event.kind != .deleted, let previous = event.previous else { return event.record.document }
        return StoredDocument.bytes(try previous.decoded(), revision: event.revision)
    }

    private mutating func append(_ type: String, _ document: [UInt8], to bytes: inout [UInt8]) throws(APIStatus) {
        let object = try answer.object(document, isFirst: isFirst)
        isFirst = false
        append(type, encoded: object, to: &bytes)
    }

    private func append(_ type: String, encoded object: [UInt8], to bytes: inout [UInt8]) {
        switch answer.form.encoding {
        case .json:
            bytes.reserveCapacity(bytes.count + object.count + 40)
            bytes += Array("{\"type\":\"\(type)\",\"object\":".utf8)
            bytes += object
            bytes += Array("}\n".utf8)
        case .yaml:
            bytes += Array("---\ntype: \(type)\nobject: ".utf8)
            // JSON is YAML.
            bytes += object
            bytes += Array("\n".utf8)
        case .protobuf:
            bytes += ProtobufCodec.watchEvent(type, object)
        }
    }

    private func bookmark(endsInitial: Bool) throws(APIStatus) -> [UInt8] {
        var metadata: JSONObject = ["resourceVersion": .string(String(position))]
        if endsInitial { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        let definition = stream.request.definition
        var document = Document([
            "kind": .string(definition.kind), "apiVersion": .string(definition.apiVersion),
            "metadata": .object(metadata),
        ])
        if answer.form.shape == .partialMetadata {
            document = Document([
                "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": .object(metadata),
            ])
        }
        var bytes: [UInt8] = []
        let object =
            answer.form.encoding == .protobuf
            ? try ProtobufForm.bytes(document, definition) : JSONWriter.bytes(.object(document.object))
        append("BOOKMARK", encoded: object, to: &bytes)
        return bytes
    }

    private func encode(_ type: String, status: APIStatus) throws(APIStatus) -> [UInt8] {
        var bytes: [UInt8] = []
        let object =
            answer.form.encoding == .protobuf
            ? ProtobufCodec.encode(status) : JSONWriter.bytes(status.json)
        append(type, encoded: object, to: &bytes)
        return bytes
    }

    private func tooOld() -> APIStatus {
        .expired("too old resource version: \(position) (\(stream.store.revision))")
    }
}
