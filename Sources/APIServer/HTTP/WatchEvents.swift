/// A session that a closure can read from. Used by one task only.
actor WatchEvents {
    private var session: WatchSession

    init(_ session: WatchSession) {
        self.session = session
    }

    func next() async throws -> [UInt8]? {
        var copy = session
        let bytes = try await copy.next()
        session = copy
        return bytes
    }
}
