import HTTPConnections
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// HTTP over TLS with client certificates, for hummingbird's server.
struct APIChannel: ServerChildChannel {
    let tls: TLSContext
    let front: HTTPFront

    private var configuration: HTTP1Channel.Configuration {
        let limits = front.limits
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                HeadDeadline(first: .seconds(Int64(limits.headSeconds)), idle: .seconds(Int64(limits.idleSeconds)))
            ])
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<AcceptedConnection> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls.current))
        }.flatMap {
            AcceptedConnection.hold(channel)
        }
    }

    func handle(value: AcceptedConnection, logger: Logger) async {
        let front = front
        let connection = HTTPFront.Connection(channel: value.channel)
        let http = HTTP1Channel(
            responder: { request, writer, _ in
                try await front.respond(to: request, writer, on: connection)
            }, configuration: configuration)
        do {
            guard let channel = try await value.begin({ http.setup(channel: $0, logger: logger) }) else { return }
            await http.handle(value: channel, logger: logger)
        } catch {
            logger.debug("a connection could not be served: \(error)")
        }
    }
}

/// The certificate for new connections, replaceable while the server runs.
final class TLSContext: Sendable {
    private let context: Mutex<NIOSSLContext>

    init(_ context: NIOSSLContext) {
        self.context = Mutex(context)
    }

    var current: NIOSSLContext { context.withLock { $0 } }

    func replace(with new: NIOSSLContext) { context.withLock { $0 = new } }
}
