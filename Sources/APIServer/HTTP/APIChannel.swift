import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes
import NIOSSL
import Synchronization

/// HTTP over TLS with client certificates, for hummingbird's server.
struct APIChannel: ServerChildChannel {
    typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    let tls: TLSContext
    let front: HTTPFront

    private var configuration: HTTP1Channel.Configuration {
        let limits = front.limits
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                HeadDeadline(first: .seconds(Int64(limits.headSeconds)), idle: .seconds(Int64(limits.idleSeconds)))
            ])
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let handler = NIOSSLServerHandler(context: tls.current)
            try channel.pipeline.syncOperations.addHandler(handler)
        }.flatMap {
            HTTP1Channel(responder: { _, _, _ in }, configuration: configuration).setup(
                channel: channel, logger: logger)
        }
    }

    func handle(value: Value, logger: Logger) async {
        let front = front
        let connection = HTTPFront.Connection(channel: value.channel)
        let channel = HTTP1Channel(
            responder: { request, writer, _ in
                try await front.respond(to: request, writer, on: connection)
            }, configuration: configuration)
        await channel.handle(value: value, logger: logger)
    }
}

/// The certificate that new connections are met with; it can be replaced while the server runs.
final class TLSContext: Sendable {
    private let context: Mutex<NIOSSLContext>

    init(_ context: NIOSSLContext) {
        self.context = Mutex(context)
    }

    var current: NIOSSLContext { context.withLock { $0 } }

    func replace(with new: NIOSSLContext) { context.withLock { $0 = new } }
}
