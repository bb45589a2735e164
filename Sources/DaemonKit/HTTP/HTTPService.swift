import Glibc
import HTTPConnections
package import Hummingbird
package import Logging
import NIOCore

/// Answers HTTP requests on one address.
package struct HTTPService: Sendable {
    /// The flag that sets the address, for messages.
    private let flag: String
    private let address: ListenAddress
    private let responder: RouterResponder<BasicRequestContext>
    private let logger: Logger

    /// A service on `address`, which the user sets with `flag`.
    package init(
        flag: String, address: ListenAddress, responder: RouterResponder<BasicRequestContext>, logger: Logger
    ) {
        self.flag = flag
        self.address = address
        self.responder = responder
        self.logger = logger
    }

    /// Serves until the task is cancelled; `onListening` is given the port as soon as clients can connect.
    ///
    /// Throws ``DaemonError`` with code `address` if it cannot listen.
    package func run(onListening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        // The server treats cancellation as an error.
        var quiet = logger
        quiet.logLevel = .critical
        let application = Application(
            responder: responder, server: .plain,
            configuration: ApplicationConfiguration(
                address: .hostname("\(address.address)", port: Int(address.port)), backlog: 16),
            onServerRunning: { onListening($0.localAddress?.port ?? 0) }, logger: quiet)
        do {
            try await application.run()
            if !Task.isCancelled { logger.error("\(address) is no longer served (\(flag))") }
        } catch let error as IOError {
            throw DaemonError(
                .address, "\(flag): cannot listen on \(address): \(remedy(error.errnoCode))", cause: error)
        }
    }

    /// Serves until the task is cancelled. If it cannot listen, it logs why, calls `onFailure` and tries again after
    /// each `pause`; it does the first two only once until it succeeds.
    package func keepRunning(
        retryingEvery pause: Duration = .seconds(5), clock: some Clock<Duration> = ContinuousClock(),
        onFailure: @Sendable (DaemonError) -> Void = { _ in }
    ) async throws {
        var isKnown = false
        while true {
            do {
                try await run(onListening: { [isKnown] _ in
                    if isKnown { logger.info("\(address) is served now (\(flag))") }
                })
                isKnown = false
            } catch let error as DaemonError {
                if !isKnown {
                    logger.error("\(error); next attempt every \(pause / .seconds(1)) s")
                    onFailure(error)
                }
                isKnown = true
            }
            try await clock.sleep(for: pause)
        }
    }

    /// Runs `body` once clients can connect, and serves until it ends; `body` is given the port.
    ///
    /// Throws ``DaemonError`` with code `address`, before `body`, if it cannot listen; otherwise what `body` throws.
    package func serve(during body: (Int) async throws -> Void) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingOldest(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { continuation.finish() }
                try await run { continuation.yield($0) }
            }
            if let port = await ports.first(where: { _ in true }) {
                try await body(port)
            } else {
                try await group.next()
            }
            group.cancelAll()
        }
    }

    private func remedy(_ errno: Int32) -> String {
        switch errno {
        case EADDRINUSE:
            "the port is in use, probably by kube-proxy or another servicelet (ss -ltnp 'sport = :\(address.port)' "
                + "shows it); "
                + "stop that program, or choose another address with \(flag)"
        case EADDRNOTAVAIL:
            "this machine has no such address; choose another one with \(flag)"
        case EACCES:
            "ports below 1024 need CAP_NET_BIND_SERVICE; choose another address with \(flag)"
        default:
            "\(String(cString: strerror(errno))); choose another address with \(flag)"
        }
    }
}
