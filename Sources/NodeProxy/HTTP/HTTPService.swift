import Glibc
import Hummingbird
import Logging
import NIOCore

/// Answers HTTP requests on one address.
struct HTTPService: Sendable {
    /// The flag that settles the address, for messages.
    var flag: String
    var address: ListenAddress
    var responder: RouterResponder<BasicRequestContext>
    var logger: Logger

    /// Serves until the task is cancelled; `onListening` is given the port as soon as clients can connect.
    ///
    /// Throws ``ProxyError`` with code `address` if it cannot listen.
    func run(onListening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
        // The server calls its cancellation an error.
        var quiet = logger
        quiet.logLevel = .critical
        let application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(
                address: .hostname("\(address.address)", port: Int(address.port)), backlog: 16),
            onServerRunning: { onListening($0.localAddress?.port ?? 0) }, logger: quiet)
        do {
            try await application.run()
            if !Task.isCancelled { logger.error("\(address) is no longer served (\(flag))") }
        } catch let error as IOError {
            throw ProxyError(.address, "\(flag): cannot listen on \(address): \(remedy(error.errnoCode))", cause: error)
        }
    }

    /// Runs `body` once clients can connect, and serves until it ends; `body` is given the port.
    ///
    /// Throws ``ProxyError`` with code `address`, before `body`, if it cannot listen; otherwise what `body` throws.
    func serve(during body: (Int) async throws -> Void) async throws {
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
            "the port is taken, probably by kube-proxy or by another servicelet (ss -ltnp 'sport = :\(address.port)' tells by whom); end that program, or choose another address with \(flag)"
        case EADDRNOTAVAIL:
            "the machine has no such address; choose another one with \(flag)"
        case EACCES:
            "the port is one of the first 1024, which need CAP_NET_BIND_SERVICE; choose another one with \(flag)"
        default:
            "\(String(cString: strerror(errno))); choose another address with \(flag)"
        }
    }
}
