import Logging
import ServiceLifecycle

/// A program that runs until a signal stops it: its parts, and the order in which they stop.
package enum Daemon {
    /// One of a daemon's concurrent activities.
    package struct Part: Sendable {
        /// Its name in logs.
        package var name: String
        /// Runs until it is cancelled. A part may return early; one that throws ends the daemon.
        package var run: @Sendable () async throws -> Void

        package init(_ name: String, run: @escaping @Sendable () async throws -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Runs all parts until one throws, SIGTERM or SIGINT comes, or the task is cancelled.
    ///
    /// On a signal the parts are cancelled one at a time, the last one first; each has ended before the one listed
    /// above it is cancelled. A second signal ends the process at once. On an error all are cancelled together.
    ///
    /// Returns after a signal, and when all parts have ended. Otherwise throws what the first part threw.
    package static func run(_ parts: [Part]) async throws {
        FileLimit.raise()
        // Otherwise the group would also log errors that our caller reports.
        var logger = Logger(label: "lifecycle")
        logger.logLevel = .critical
        let services = parts.map {
            ServiceGroupConfiguration.ServiceConfiguration(
                service: CancelledService(part: $0), successTerminationBehavior: .ignore)
        }
        // Before the parts begin, so that they end in order however early a signal comes.
        let signal = try TerminationSignal()
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: logger))
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                await signal.wait()
                await group.triggerGracefulShutdown()
                return false
            }
            tasks.addTask {
                try await group.run()
                return true
            }
            // After a signal all parts get the time they need to end.
            while let isEnded = try await tasks.next(), !isEnded {}
            tasks.cancelAll()
        }
    }
}

/// Turns a graceful shutdown into cancellation of its task, as structured concurrency expects.
private struct CancelledService: Service {
    let part: Daemon.Part

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown(part.run)
        } catch is CancellationError where Task.isShuttingDownGracefully {
            // We cancelled it: the part has stopped as requested.
        }
    }
}
