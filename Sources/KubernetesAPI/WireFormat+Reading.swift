extension WireFormat {
    /// One response to a list request, or a page of it.
    ///
    /// Unusable objects are among its problems. Throws ``ObjectError`` if the list itself cannot be read.
    package func readList(_ bytes: [UInt8], of kind: ObjectKind) throws -> ListPage {
        var interner = StringInterner()
        return try readList(bytes, of: kind, interner: &interner)
    }

    /// The same with strings shared through `interner`, which may be kept across calls.
    package func readList(
        _ bytes: [UInt8], of kind: ObjectKind, interner: inout StringInterner
    ) throws -> ListPage {
        var page = ListPage(resourceVersion: "", objects: [])
        let metadata = try forEachObject(inList: bytes, of: kind, interner: &interner) { outcome in
            switch outcome {
            case .success(let object): page.objects.append(object)
            case .failure(let problem): page.problems.append(problem)
            }
        }
        page.resourceVersion = metadata.resourceVersion
        page.continueToken = metadata.continueToken
        return page
    }

    /// Passes each object of a list to `body`, in order, and returns the list's metadata; in protobuf, only one object
    /// is held at a time.
    ///
    /// Throws ``ObjectError`` if the list itself cannot be read, possibly after some of its objects were passed on, and
    /// what `body` throws.
    package func forEachObject(
        inList bytes: [UInt8], of kind: ObjectKind, interner: inout StringInterner,
        _ body: (Result<KubernetesObject, ObjectError>) throws -> Void
    ) throws -> ListMetadata {
        switch self {
        case .json:
            let list = try JSONReader.list(bytes, of: kind)
            for outcome in list.outcomes { try body(outcome) }
            return list.metadata
        case .protobuf:
            return try bytes.withUnsafeBytes {
                try ProtobufReader(kind: kind).forEachObject(in: $0, &interner, body)
            }
        }
    }

    /// One event of a watch: one line of JSON, or one frame of protobuf without the length in front of it.
    ///
    /// Throws ``ObjectError`` when the event itself cannot be read.
    package func readWatchEvent(_ bytes: [UInt8], of kind: ObjectKind) throws -> WatchEvent {
        var interner = StringInterner()
        return try readWatchEvent(bytes, of: kind, interner: &interner)
    }

    /// The same with strings shared through `interner`, which may be kept across calls.
    package func readWatchEvent(
        _ bytes: [UInt8], of kind: ObjectKind, interner: inout StringInterner
    ) throws -> WatchEvent {
        switch self {
        case .json: try JSONReader.watchEvent(bytes, of: kind)
        case .protobuf: try bytes.withUnsafeBytes { try ProtobufReader(kind: kind).watchEvent($0, &interner) }
        }
    }

    /// A single object; throws ``ObjectError`` for one that cannot be used.
    package func readObject(_ bytes: [UInt8], of kind: ObjectKind) throws -> KubernetesObject {
        switch self {
        case .json:
            return try JSONReader.object(bytes, of: kind)
        case .protobuf:
            var interner = StringInterner()
            return try bytes.withUnsafeBytes { try ProtobufReader(kind: kind).object($0, &interner) }
        }
    }

    /// The API server's reason for refusing a request. Throws ``ObjectError`` if `bytes` hold none.
    package func readStatus(_ bytes: [UInt8]) throws -> Status {
        switch self {
        case .json: try JSONReader.status(bytes)
        case .protobuf: try bytes.withUnsafeBytes { try ProtobufReader.status($0) }
        }
    }
}
