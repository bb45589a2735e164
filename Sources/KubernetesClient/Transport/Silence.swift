import Synchronization

/// Detects when nothing has arrived for longer than the exchange allows.
final class Silence: Sendable {
    private struct State {
        var deadline: ContinuousClock.Instant
        var patience: Duration
    }

    private let state: Mutex<State>

    init(patience: Duration) {
        state = Mutex(State(deadline: .now.advanced(by: patience), patience: patience))
    }

    /// Something has arrived; the next part may take up to `patience`.
    func broken(patience: Duration) {
        let deadline = ContinuousClock.now.advanced(by: patience)
        state.withLock { $0 = State(deadline: deadline, patience: patience) }
    }

    /// The result of `operation`; cancels it and throws `RequestFailure.silent` if the silence lasts too long.
    func limiting<Value: Sendable>(_ operation: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { throw try await self.lasting() }
            group.addTask { try await operation() }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }

    private func lasting() async throws -> RequestFailure {
        while true {
            let state = state.withLock { $0 }
            guard state.deadline > .now else { return .silent(state.patience) }
            try await ContinuousClock().sleep(until: state.deadline)
        }
    }
}
