/// One event of a watch, as kube-apiserver frames it in protobuf: a four-byte big-endian length, a `meta/v1`
/// WatchEvent, and in it the object in its own envelope.
enum WatchEvent: String {
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
    case bookmark = "BOOKMARK"

    func frame(_ resource: Resource, _ object: [UInt8]) -> [UInt8] {
        let event = ProtobufWriter.bytes { event in
            event.text(1, rawValue)
            event.message(2) { $0.raw(1, Self.envelope(resource, object)) }
        }
        let length = UInt32(event.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + event
    }

    /// The bookmark after the last of the initial events (WatchList, KEP-3157).
    static func initialEventsEnd(_ resource: Resource) -> [UInt8] {
        bookmark.frame(
            resource,
            ProtobufWriter.bytes { object in
                object.message(1) {
                    $0.text(6, "\(ObjectWriter.resourceVersion)")
                    $0.entry(12, "k8s.io/initial-events-end", "true")
                }
            })
    }

    /// A list of objects, `ServiceList` and the like.
    static func list(_ resource: Resource, _ objects: [[UInt8]]) -> [UInt8] {
        let list = ProtobufWriter.bytes { list in
            list.message(1) { $0.text(2, "\(ObjectWriter.resourceVersion)") }
            for object in objects { list.raw(2, object) }
        }
        return envelope(resource, list, suffix: "List")
    }

    /// `runtime.Unknown` after its magic bytes.
    private static func envelope(_ resource: Resource, _ object: [UInt8], suffix: String = "") -> [UInt8] {
        [0x6B, 0x38, 0x73, 0x00]
            + ProtobufWriter.bytes { envelope in
                envelope.message(1) {
                    $0.text(1, resource.apiVersion)
                    $0.text(2, resource.kind + suffix)
                }
                envelope.raw(2, object)
                envelope.text(3, "")
                envelope.text(4, "")
            }
    }
}
