/// A watch event as JSON; its type determines what its object is.
struct WatchEventDocument<Document: ObjectDocument>: Decodable {
    let event: WatchEvent

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: WatchEventKey.self)
        switch try container.decode(String.self, forKey: .type) {
        case "ADDED", "MODIFIED":
            let reading = try container.decode(JSONReader.Item<Document>.self, forKey: .object).reading
            event = WatchEvent(setting: reading)
        case "DELETED":
            let reading = try container.decode(JSONReader.Item<Document>.self, forKey: .object).reading
            event = WatchEvent(removing: reading)
        case "BOOKMARK":
            let metadata = try container.decode(Bookmark.self, forKey: .object).metadata
            event = WatchEvent(bookmark: metadata ?? MetadataDocument())
        case "ERROR":
            event = .error(try container.decode(StatusDocument.self, forKey: .object).status)
        case let type:
            throw DecodingError.dataCorruptedError(
                forKey: .type, in: container, debugDescription: "“\(type)” is an unknown event type")
        }
    }
}

private enum WatchEventKey: String, CodingKey {
    case type
    case object
}

/// The object of a bookmark holds a version and nothing else.
private struct Bookmark: Decodable {
    var metadata: MetadataDocument?
}

extension WatchEvent {
    /// ADDED and MODIFIED.
    init(setting reading: ObjectReading) {
        switch reading.outcome {
        case .success(let object):
            self = .set(object)
        case .failure(let error):
            self = .unusable(error, key: reading.key, resourceVersion: reading.resourceVersion)
        }
    }

    /// DELETED. An unusable object can still be removed if it has a name.
    init(removing reading: ObjectReading) {
        if let key = reading.key {
            self = .removed(key, resourceVersion: reading.resourceVersion)
        } else {
            self.init(setting: reading)
        }
    }

    /// BOOKMARK.
    init(bookmark metadata: MetadataDocument) {
        self = .bookmark(
            resourceVersion: metadata.resourceVersion ?? "",
            endsInitialEvents: metadata.annotations?[MetadataDocument.initialEventsEnd] == "true")
    }
}
