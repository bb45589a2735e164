import Subprocess
import SystemPackage

/// Runs a program to completion, with limits on its time and output.
struct ChildProcess: Sendable {
    struct Outcome: Sendable, Hashable {
        /// The exit status, or 128 and more for a signal.
        var status: Int32
        var output: [UInt8] = []
        var errors: [UInt8] = []
    }

    enum Failure: Error, Sendable, CustomStringConvertible {
        case notStarted(String)
        case tooSlow(Duration)
        case tooMuchOutput(Int)

        var description: String {
            switch self {
            case .notStarted(let reason): "cannot be started: \(reason)"
            case .tooSlow(let duration): "did not end within \(duration.inSeconds) and was killed"
            case .tooMuchOutput(let limit): "wrote more than \(limit) bytes and was killed"
            }
        }
    }

    var path: String
    var arguments: [String]
    var environment: [String: String]
    var timeout: Duration
    /// The maximum bytes of its output, and of its standard error.
    var outputLimit: Int

    /// Throws ``Failure``, or `CancellationError` soon after cancellation, once the program has ended.
    func run() async throws -> Outcome {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask { try await runToItsEnd() }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw Failure.tooSlow(timeout)
            }
            defer { group.cancelAll() }
            guard let outcome = try await group.next() else { throw CancellationError() }
            return outcome
        }
    }

    private func runToItsEnd() async throws -> Outcome {
        do {
            let variables = environment.map { Array("\($0.key)=\($0.value)\0".utf8) }
            let result = try await Subprocess.run(
                .path(FilePath(path)), arguments: Arguments(arguments), environment: .custom(variables),
                output: .bytes(limit: outputLimit), error: .bytes(limit: outputLimit))
            try Task.checkCancellation()
            let status =
                switch result.terminationStatus {
                case .exited(let code): code
                case .signaled(let signal): 128 + signal
                }
            return Outcome(status: status, output: result.standardOutput, errors: result.standardError)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw error.code == .outputLimitExceeded
                ? Failure.tooMuchOutput(outputLimit) : Failure.notStarted("\(error)")
        }
    }
}
