import KubernetesObjects
import ObjectStore

/// A watch that has not been read yet.
package struct WatchStream: Sendable {
    let request: ResourceRequest
    let answer: ObjectAnswer
    let store: ObjectStore
    let encodedEvents: EncodedEvents
    let selection: RecordSelection
    /// The initial objects, and whether a bookmark ends them.
    let initial: ArraySlice<Record>
    let marksEndOfInitial: Bool
    let revision: Int64
    let sendsBookmarks: Bool
    let timeout: Duration

    /// Reads the watch from the start. The session belongs to the task that sends it.
    func session() -> WatchSession { WatchSession(self) }
}

extension ResourceHandler {
    /// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
    func watch(_ request: ResourceRequest) throws -> APIResponse {
        let query = request.http.query
        let choice = try RevisionChoice(query)
        let wantsInitial = query.flag("sendInitialEvents")
        if wantsInitial, query["resourceVersionMatch"] != "NotOlderThan" {
            throw RevisionChoice.invalid([
                .forbidden(
                    "resourceVersionMatch",
                    "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
            ])
        }
        if !query["resourceVersionMatch"].isEmpty, query["sendInitialEvents"].isEmpty {
            throw RevisionChoice.invalid([
                .forbidden(
                    "resourceVersionMatch",
                    "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
            ])
        }
        let resource = request.definition.storageName
        let namespace = request.namespace.isEmpty ? nil : request.namespace
        let (records, current) = registry.store.records(of: resource, in: namespace)
        if let revision = choice.revision, revision > current {
            throw APIStatus.tooLargeResourceVersion(UInt64(revision), current: UInt64(current))
        }
        let beginsWithState = wantsInitial || (query["sendInitialEvents"].isEmpty && (choice.revision ?? 0) == 0)
        let seconds = try query.number("timeoutSeconds") ?? 0
        let answer = try ObjectAnswer(request)
        let stream = WatchStream(
            request: request, answer: answer, store: registry.store, encodedEvents: registry.encodedEvents,
            selection: try RecordSelection(request),
            initial: beginsWithState ? records : [], marksEndOfInitial: wantsInitial,
            revision: beginsWithState ? current : choice.revision.flatMap { $0 == 0 ? nil : $0 } ?? current,
            sendsBookmarks: query.flag("allowWatchBookmarks"),
            timeout: .seconds(seconds > 0 ? seconds : Int64.random(in: 1800...3600)))
        let type =
            answer.form.encoding == .protobuf ? "application/vnd.kubernetes.protobuf;stream=watch" : answer.contentType
        return APIResponse(contentType: type, body: .watch(stream))
    }
}
