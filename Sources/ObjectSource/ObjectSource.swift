/// A source of the requested objects that follows their changes: a folder of manifests, an API server.
package protocol ObjectSource: Sendable {
    /// Posts everything that the source knows to `inbox`, marks each kind synchronized once all of it has been posted,
    /// and follows changes until the task is cancelled.
    ///
    /// Transient failures (an unreachable server, a half-written file) are logged and retried; what was posted before
    /// stays in force. Throws only errors that retrying cannot fix.
    func run(into inbox: ObjectInbox) async throws
}
