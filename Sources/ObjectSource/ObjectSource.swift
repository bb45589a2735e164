/// Something that knows objects of the kinds asked for and follows their changes: a folder of manifests, an API server.
package protocol ObjectSource: Sendable {
    /// Writes everything that the source knows into `inbox`, marks each kind synchronized once all of it is there, and
    /// goes on with what changes, until the task is cancelled.
    ///
    /// Trouble that may pass (a server out of reach, a file half written) is logged and retried; what the inbox was
    /// told before stays true meanwhile. Throws only for what no waiting will mend.
    func run(into inbox: ObjectInbox) async throws
}
