import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// A program that runs until it is told to stop: what its parts are, and in which order they end.
package enum Daemon {
    /// One of the things that a daemon does at the same time.
    package struct Part: Sendable {
        /// What logs call it.
        package var name: String
        /// Runs until it is cancelled. A part may end early; one that throws ends the daemon.
        package var run: @Sendable () async throws -> Void

        package init(_ name: String, run: @escaping @Sendable () async throws -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Runs all parts until one throws, SIGTERM or SIGINT comes, or the task is cancelled.
    ///
    /// On a signal the parts are cancelled one after the other, the last one first; each has ended before the one that
    /// stands above it is told. A second signal ends the process at once. On an error all are cancelled together.
    ///
    /// Returns after a signal, and when all parts have ended. Otherwise it throws what the first part threw.
    package static func run(_ parts: [Part]) async throws {
        // The group would repeat errors that our caller reports, and call a signal an event worth a line.
        var logger = Logger(label: "lifecycle")
        logger.logLevel = .critical
        let services = parts.map(CancelledService.init) + [SecondSignal()] as [any Service]
        let configurations = services.map {
            ServiceGroupConfiguration.ServiceConfiguration(service: $0, successTerminationBehavior: .ignore)
        }
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: configurations, gracefulShutdownSignals: signals, logger: logger)
        ).run()
    }

    private static let signals: [UnixSignal] = [.sigterm, .sigint]
}

/// Answers the request to stop with the cancellation of its task, as structured concurrency does.
private struct CancelledService: Service {
    let part: Daemon.Part

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown(part.run)
        } catch is CancellationError where Task.isShuttingDownGracefully {
            // That is how it was told to stop.
        }
    }
}

/// Gives the signals their default meaning as soon as one has come: the next one ends the process.
///
/// It is the last of the services, so it is the first to be told.
private struct SecondSignal: Service {
    func run() async throws {
        try await gracefulShutdown()
        for number in [SIGTERM, SIGINT] { signal(number, SIG_DFL) }
    }
}
