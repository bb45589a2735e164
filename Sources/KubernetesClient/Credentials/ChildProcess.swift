import Foundation
import Synchronization

/// Runs a program to its end, with a bound on its time and on what it writes.
///
/// Waiting for a program blocks, so it happens on a thread of its own and not on the cooperative pool.
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
    var outputLimit: Int

    /// Throws ``Failure``, or `CancellationError` soon after the task was cancelled; the program is gone then.
    func run() async throws -> Outcome {
        let isCancelled = Atomic(false)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let thread = Thread { continuation.resume(with: Result { try runBlocking(isCancelled) }) }
                thread.name = "plug-in"
                thread.start()
            }
        } onCancel: {
            isCancelled.store(true, ordering: .relaxed)
        }
    }

    private func runBlocking(_ isCancelled: borrowing Atomic<Bool>) throws -> Outcome {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        do { try process.run() } catch { throw Failure.notStarted(Material.reason(error)) }
        defer {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
        }
        var outcome = Outcome(status: 0)
        let deadline = ContinuousClock.now.advanced(by: timeout)
        var descriptors = [output, errors].map {
            pollfd(fd: $0.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
        }
        while descriptors.contains(where: { $0.fd >= 0 }) {
            if isCancelled.load(ordering: .relaxed) { throw CancellationError() }
            guard ContinuousClock.now < deadline else { throw Failure.tooSlow(timeout) }
            // In slices, because a cancelled task and the deadline have no descriptor to poll.
            guard poll(&descriptors, nfds_t(descriptors.count), 100) > 0 else { continue }
            if descriptors[0].revents != 0 { Self.read(&descriptors[0], into: &outcome.output) }
            if descriptors[1].revents != 0 { Self.read(&descriptors[1], into: &outcome.errors) }
            guard outcome.output.count + outcome.errors.count <= outputLimit else {
                throw Failure.tooMuchOutput(outputLimit)
            }
        }
        while process.isRunning {
            guard ContinuousClock.now < deadline else { throw Failure.tooSlow(timeout) }
            Thread.sleep(forTimeInterval: 0.01)
        }
        process.waitUntilExit()
        let status = process.terminationStatus
        outcome.status = process.terminationReason == .uncaughtSignal ? 128 + status : status
        return outcome
    }

    /// Appends what is there; a descriptor at its end is not polled any more.
    private static func read(_ descriptor: inout pollfd, into bytes: inout [UInt8]) {
        var chunk = [UInt8](repeating: 0, count: 16384)
        let fd = descriptor.fd
        let count = chunk.withUnsafeMutableBytes { Foundation.read(fd, $0.baseAddress, $0.count) }
        if count > 0 {
            bytes += chunk.prefix(count)
        } else if count == 0 || errno != EINTR {
            descriptor.fd = -1
        }
    }
}
