extension Client {
    /// Connects continuously while `body` runs, `width` connections at a time, and counts the outcomes.
    ///
    /// Each of the `width` loops connects at least once before `body` starts, and once after it ends.
    package func connect(
        to target: SocketAddress, over transport: Transport = .tcp, width: Int = 3, timeout: Duration = .answer,
        while body: () async throws -> Void
    ) async throws -> [ConnectionOutcome: Int] {
        var counts: [ConnectionOutcome: Int] = [:]
        for outcome in try await connect(width, to: target, over: transport, timeout: timeout) {
            counts[outcome, default: 0] += 1
        }
        return try await withThrowingTaskGroup(of: [ConnectionOutcome: Int].self) { group in
            for _ in 0..<width {
                group.addTask {
                    var counts: [ConnectionOutcome: Int] = [:]
                    repeat {
                        counts[try await connect(to: target, over: transport, timeout: timeout), default: 0] += 1
                    } while !Task.isCancelled
                    counts[try await connect(to: target, over: transport, timeout: timeout), default: 0] += 1
                    return counts
                }
            }
            try await body()
            group.cancelAll()
            return try await group.reduce(into: counts) { $0.merge($1) { $0 + $1 } }
        }
    }
}
