/// Reads what the API server sends as `application/vnd.kubernetes.protobuf`, by the published field numbers
/// (`generated.proto` of k8s.io/api and k8s.io/apimachinery).
struct ProtobufReader {
    let kind: ObjectKind

    /// Passes each object of a list to `body`, in order, and returns the list's metadata.
    func forEachObject(
        in bytes: UnsafeRawBufferPointer, _ interner: inout StringInterner,
        _ body: (Result<KubernetesObject, ObjectError>) throws -> Void
    ) throws -> ListMetadata {
        let name = "\(kind.rawValue)List"
        do {
            let envelope = try ProtobufEnvelope(bytes)
            try require(envelope, name)
            var list = ProtobufMessage(envelope.body)
            var metadata = ListMetadata()
            while let field = try list.next() {
                switch field.number {
                case 1: metadata = try ListMetadata(protobuf: field.message())
                case 2: try body(read(try field.message(), kind: nil, &interner).outcome)
                default: continue
                }
            }
            return metadata
        } catch let error as ObjectError {
            throw error.about(name)
        }
    }

    func object(
        _ bytes: UnsafeRawBufferPointer, _ interner: inout StringInterner
    ) throws(ObjectError) -> KubernetesObject {
        do {
            let envelope = try ProtobufEnvelope(bytes)
            return try read(ProtobufMessage(envelope.body), kind: envelope.kind, &interner).outcome.get()
        } catch {
            throw error.about(kind.rawValue)
        }
    }

    /// A frame is a `meta/v1` WatchEvent, whose object has an envelope of its own.
    func watchEvent(
        _ bytes: UnsafeRawBufferPointer, _ interner: inout StringInterner
    ) throws(ObjectError) -> WatchEvent {
        do {
            var type = ""
            var raw = UnsafeRawBufferPointer(start: nil, count: 0)
            var event = ProtobufMessage(bytes)
            while let field = try event.next() {
                switch field.number {
                case 1: type = try field.text()
                case 2: raw = try Self.rawExtension(field.message())
                default: continue
                }
            }
            return try watchEvent(type, ProtobufEnvelope(raw), &interner)
        } catch {
            throw error.about("watch event of \(kind.rawValue)")
        }
    }

    private func watchEvent(
        _ type: String, _ object: ProtobufEnvelope, _ interner: inout StringInterner
    ) throws(ObjectError) -> WatchEvent {
        let message = ProtobufMessage(object.body)
        switch type {
        case "ADDED", "MODIFIED":
            return WatchEvent(setting: read(message, kind: object.kind, &interner))
        case "DELETED":
            return WatchEvent(removing: read(message, kind: object.kind, &interner))
        case "BOOKMARK":
            return WatchEvent(bookmark: try Self.metadata(message, &interner) ?? MetadataDocument())
        case "ERROR":
            return .error(try StatusDocument(message).status)
        default:
            throw ObjectError(
                object: "", field: "type", reason: "“\(type)” is an unknown event type")
        }
    }

    static func status(_ bytes: UnsafeRawBufferPointer) throws(ObjectError) -> Status {
        do throws(ObjectError) {
            let envelope = try ProtobufEnvelope(bytes)
            guard envelope.kind == "Status" else {
                throw ObjectError(
                    object: "Status", field: "kind",
                    reason: "the answer is a “\(envelope.kind)”; check that an API server is at this address")
            }
            return try StatusDocument(ProtobufMessage(envelope.body)).status
        } catch {
            throw error.about("Status")
        }
    }

    private func read(
        _ message: ProtobufMessage, kind name: String?, _ interner: inout StringInterner
    ) -> ObjectReading {
        do {
            return ObjectReading(
                try kind.registration.document.object(protobuf: message, kind: name, &interner))
        } catch {
            // The damage may be elsewhere, so the name is read once more on its own.
            let metadata = try? Self.metadata(message, &interner)
            let key = metadata?.key(of: kind)
            return ObjectReading(
                key: key, resourceVersion: metadata?.resourceVersion ?? "",
                outcome: .failure(error.about(key?.description ?? kind.rawValue)))
        }
    }

    /// The first field of every object.
    private static func metadata(
        _ message: ProtobufMessage, _ interner: inout StringInterner
    ) throws(ObjectError) -> MetadataDocument? {
        var message = message
        while let field = try message.next() {
            if field.number == 1 { return try MetadataDocument(field.message(), &interner) }
        }
        return nil
    }

    /// `runtime.RawExtension`
    private static func rawExtension(_ message: ProtobufMessage) throws(ObjectError) -> UnsafeRawBufferPointer {
        var message = message
        var raw = UnsafeRawBufferPointer(start: nil, count: 0)
        while let field = try message.next() {
            if field.number == 1 { raw = try field.bytes() }
        }
        return raw
    }

    private func require(_ envelope: ProtobufEnvelope, _ name: String) throws(ObjectError) {
        guard envelope.kind == name else {
            throw ObjectError(
                object: name, field: "kind",
                reason: "the answer is a “\(envelope.kind)”; check that an API server is at this address")
        }
    }
}

extension ListMetadata {
    /// `meta/v1` ListMeta.
    fileprivate init(protobuf message: ProtobufMessage) throws(ObjectError) {
        self.init()
        var message = message
        while let field = try message.next() {
            switch field.number {
            case 2: resourceVersion = try field.text()
            case 3: continueToken = try field.text()
            default: continue
            }
        }
    }
}

extension ObjectError {
    /// The same error, attributed to `object` if it names none.
    fileprivate func about(_ object: String) -> ObjectError {
        guard self.object.isEmpty else { return self }
        return ObjectError(object: object, field: field, reason: reason)
    }
}
