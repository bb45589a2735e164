import KubernetesObjects
import NIOCore
import ObjectStore

/// One client's watch of a resource: a position in the store's window, without a queue. A client that reads too slowly
/// falls out of the window and must list again.
struct WatchSession: ~Copyable {
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

    init(_ stream: WatchStream) {
        self.stream = stream
        answer = stream.answer
        resource = stream.request.definition.storageName
        initial = stream.initial
        owesInitialBookmark = stream.marksEndOfInitial
        position = stream.revision
        end = .now + stream.timeout
        nextBookmark = .now + Self.bookmarkInterval
    }

    /// The next events, encoded; waits for some. Returns `nil` at the end.
    mutating func next() async throws(APIStatus) -> ByteBuffer? {
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
            var buffer = ByteBuffer()
            for event in events { try append(event, to: &buffer) }
            position = max(position, revision)
            if buffer.readableBytes > 0 { return buffer }
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

    private mutating func initialEvents() throws(APIStatus) -> ByteBuffer {
        var buffer = ByteBuffer()
        for record in initial.prefix(Self.batch) where try stream.selection.selects(record) {
            let object = try answer.object(record.document, isFirst: isFirst)
            isFirst = false
            append("ADDED", encoded: object, to: &buffer)
        }
        initial = initial.dropFirst(Self.batch)
        if buffer.readableBytes == 0, !initial.isEmpty { return try initialEvents() }
        if buffer.readableBytes == 0, owesInitialBookmark {
            owesInitialBookmark = false
            return try bookmark(endsInitial: true)
        }
        return buffer
    }

    private mutating func append(_ event: StoreEvent, to buffer: inout ByteBuffer) throws(APIStatus) {
        let request = stream.request
        guard request.namespace.isEmpty || event.record.key.namespace == request.namespace else { return }
        let selectsNow = try event.kind == .deleted ? false : stream.selection.selects(event.record)
        var selectedBefore = false
        if let previous = event.previous { selectedBefore = try stream.selection.selects(previous) }
        switch (selectedBefore, selectsNow) {
        case (false, true): try append("ADDED", event, to: &buffer)
        case (true, true): try append("MODIFIED", event, to: &buffer)
        case (true, false): try append("DELETED", event, to: &buffer)
        case (false, false): break
        }
    }

    /// The event of an object that is deleted or no longer selected: the previous state, at the event's revision.
    private func lastState(_ event: StoreEvent) throws(APIStatus) -> [UInt8] {
        guard event.kind != .deleted, let previous = event.previous else { return event.record.document }
        return StoredDocument.bytes(try previous.decoded(), revision: event.revision)
    }

    private mutating func append(
        _ type: String, _ event: StoreEvent, to buffer: inout ByteBuffer
    ) throws(APIStatus) {
        let isFirst = isFirst
        self.isFirst = false
        var encoded = try stream.encodedEvents.buffer(
            answer.key(of: type, revision: event.revision, isFirst: isFirst)
        ) { () throws(APIStatus) in
            let document = type == "DELETED" ? try lastState(event) : event.record.document
            var buffer = ByteBuffer()
            append(type, encoded: try answer.object(document, isFirst: isFirst), to: &buffer)
            return buffer
        }
        if buffer.readableBytes == 0 {
            // Shared with the other watches, without a copy.
            buffer = encoded
        } else {
            buffer.writeBuffer(&encoded)
        }
    }

    private func append(_ type: String, encoded object: [UInt8], to buffer: inout ByteBuffer) {
        switch answer.form.encoding {
        case .json:
            buffer.reserveCapacity(minimumWritableBytes: object.count + 40)
            buffer.writeString("{\"type\":\"\(type)\",\"object\":")
            buffer.writeBytes(object)
            buffer.writeString("}\n")
        case .yaml:
            buffer.writeString("---\ntype: \(type)\nobject: ")
            // JSON is YAML.
            buffer.writeBytes(object)
            buffer.writeString("\n")
        case .protobuf:
            buffer.writeBytes(ProtobufCodec.watchEvent(type, object))
        }
    }

    private func bookmark(endsInitial: Bool) throws(APIStatus) -> ByteBuffer {
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
        var buffer = ByteBuffer()
        let object =
            answer.form.encoding == .protobuf
            ? try ProtobufForm.bytes(document, definition) : JSONWriter.bytes(.object(document.object))
        append("BOOKMARK", encoded: object, to: &buffer)
        return buffer
    }

    private func encode(_ type: String, status: APIStatus) throws(APIStatus) -> ByteBuffer {
        var buffer = ByteBuffer()
        let object =
            answer.form.encoding == .protobuf
            ? ProtobufCodec.encode(status) : JSONWriter.bytes(status.json)
        append(type, encoded: object, to: &buffer)
        return buffer
    }

    private func tooOld() -> APIStatus {
        .expired("too old resource version: \(position) (\(stream.store.revision))")
    }
}
