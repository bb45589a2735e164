/// Events of `events.k8s.io/v1` and of the core group are the same objects with different field names.
package enum EventConversion {
    private static let coreToNew = [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ]

    /// A core Event as `events.k8s.io/v1` shows it.
    package static func fromCore(_ document: Document) -> Document {
        renamed(document, Dictionary(uniqueKeysWithValues: coreToNew), apiVersion: "events.k8s.io/v1")
    }

    /// An Event of `events.k8s.io/v1` as the core group shows it.
    package static func toCore(_ document: Document) -> Document {
        renamed(document, Dictionary(uniqueKeysWithValues: coreToNew.map { ($1, $0) }), apiVersion: "v1")
    }

    private static func renamed(_ document: Document, _ names: [String: String], apiVersion: String) -> Document {
        var members = document.object.members.map { (key: names[$0.key] ?? $0.key, value: $0.value) }
        if let index = members.firstIndex(where: { $0.key == "apiVersion" }) {
            members[index].value = .string(apiVersion)
        }
        return Document(JSONObject(uniqueMembers: members))
    }
}
