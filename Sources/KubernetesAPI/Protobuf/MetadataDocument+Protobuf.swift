extension MetadataDocument {
    /// On bookmarks only: the initial events of a watch are complete.
    static let initialEventsEnd = "k8s.io/initial-events-end"

    /// Annotations that are read; all others are skipped.
    private static let keptAnnotations: Set<String> = [
        initialEventsEnd, WellKnown.ipvsScheduler, WellKnown.lastChangeTrigger, WellKnown.proxyProtocol,
    ]

    /// `meta/v1` ObjectMeta. Only labels in use are kept, unless all are requested.
    init(
        _ message: ProtobufMessage, _ interner: inout StringInterner, keepsAllLabels: Bool = false
    ) throws(ObjectError) {
        var message = message
        var labels: [String: String] = [:]
        var annotations: [String: String] = [:]
        while let field = try message.next() {
            switch field.number {
            case 1:
                name = try field.text()
            case 3:
                namespace = try field.text(&interner)
            case 6:
                resourceVersion = try field.text()
            case 8:
                creationTimestamp = try Timestamp(field.message())
            case 9:
                deletionTimestamp = try Timestamp(field.message())
            case 11:
                let (key, value) = try Self.entry(field.message(), &interner)
                if keepsAllLabels || WellKnown.keptLabels.contains(key) { labels[key] = value }
            case 12:
                let (key, value) = try Self.entry(field.message(), &interner)
                if Self.keptAnnotations.contains(key) { annotations[key] = value }
            default:
                continue
            }
        }
        self.labels = labels
        self.annotations = annotations
    }

    /// One entry of a map of texts.
    static func entry(
        _ message: ProtobufMessage, _ interner: inout StringInterner
    ) throws(ObjectError) -> (key: String, value: String) {
        var message = message
        var entry = (key: "", value: "")
        while let field = try message.next() {
            switch field.number {
            case 1: entry.key = try field.text(&interner)
            case 2: entry.value = try field.text(&interner)
            default: continue
            }
        }
        return entry
    }
}

extension Timestamp {
    /// `meta/v1` Time; the empty message means no time, which reads as 0.
    init(_ message: ProtobufMessage) throws(ObjectError) {
        self.init(seconds: 0)
        var message = message
        while let field = try message.next() {
            if field.number == 1 { seconds = Int64(try field.integer()) }
        }
    }
}
