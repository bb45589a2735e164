extension WireFormat {
    /// One response to a list request, or a page of it.
    ///
    /// Objects that cannot be used are among its problems. Throws ``ObjectError`` when the list itself cannot be read.
    package func readList(_ bytes: [UInt8], of kind: ObjectKind) throws -> ListPage {
        switch self {
        case .json: try JSONReader.list(bytes, of: kind)
        case .protobuf: throw ObjectError(object: kind.rawValue, field: "", reason: "protobuf is not read yet")
        }
    }

    /// One event of a watch: one line of JSON, or one frame of protobuf without the length in front of it.
    ///
    /// Throws ``ObjectError`` when the event itself cannot be read.
    package func readWatchEvent(_ bytes: [UInt8], of kind: ObjectKind) throws -> WatchEvent {
        switch self {
        case .json: try JSONReader.watchEvent(bytes, of: kind)
        case .protobuf: throw ObjectError(object: kind.rawValue, field: "", reason: "protobuf is not read yet")
        }
    }

    /// A single object; throws ``ObjectError`` for one that cannot be used.
    package func readObject(_ bytes: [UInt8], of kind: ObjectKind) throws -> KubernetesObject {
        switch self {
        case .json: try JSONReader.object(bytes, of: kind)
        case .protobuf: throw ObjectError(object: kind.rawValue, field: "", reason: "protobuf is not read yet")
        }
    }

    /// The reason that the API server gives for refusing a request. Throws ``ObjectError`` if `bytes` hold none.
    package func readStatus(_ bytes: [UInt8]) throws -> Status {
        switch self {
        case .json: try JSONReader.status(bytes)
        case .protobuf: throw ObjectError(object: "Status", field: "", reason: "protobuf is not read yet")
        }
    }
}
