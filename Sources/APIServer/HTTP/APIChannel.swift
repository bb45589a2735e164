import HTTPConnections
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOSSL
import NIOTLS
import Synchronization

/// HTTP/2 and HTTP/1.1 over TLS with client certificates.
struct APIChannel: Sendable {
    let tls: TLSContext
    let front: HTTPFront

    /// What client and server have agreed on in the handshake.
    private enum Negotiated: Sendable {
        case http1(HTTP1Channel.Value)
        case http2(HTTP2Streams.Multiplexer)
    }

    /// Prepares a new connection, on its event loop.
    func setUp(_ channel: any Channel) -> EventLoopFuture<AcceptedConnection> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls.current))
        }.flatMap {
            AcceptedConnection.hold(channel)
        }
    }

    /// Answers requests until the connection ends or the task is cancelled.
    func serve(_ accepted: AcceptedConnection, logger: Logger) async {
        let connection = HTTPFront.Connection(channel: accepted.channel)
        let http1 = http1(connection)
        let http2 = HTTP2Streams(front: front, connection: connection)
        do {
            guard let negotiation = try await accepted.begin({ negotiate(on: $0, http1, http2, logger) }) else {
                return
            }
            let negotiated = try await withTaskCancellationHandler {
                try await negotiation.get()
            } onCancel: {
                accepted.channel.close(promise: nil)
            }
            switch negotiated {
            case .http1(let channel): await http1.handle(value: channel, logger: logger)
            case .http2(let streams): await http2.serve(streams, logger: logger)
            }
        } catch {
            logger.debug("a connection could not be served: \(error)")
        }
    }

    private func http1(_ connection: HTTPFront.Connection) -> HTTP1Channel {
        let front = front
        let limits = front.limits
        return HTTP1Channel(
            responder: { request, writer, _ in
                try await front.respond(to: request, writer, on: connection)
            },
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [
                    HeadDeadline(
                        first: .seconds(Int64(limits.headSeconds)), idle: .seconds(Int64(limits.idleSeconds)))
                ]))
    }

    /// Begins the handshake; what it ends with is set up on the channel. A handshake that takes too long ends the
    /// connection.
    private func negotiate(
        on channel: any Channel, _ http1: HTTP1Channel, _ http2: HTTP2Streams, _ logger: Logger
    ) -> EventLoopFuture<EventLoopFuture<Negotiated>> {
        let deadline = channel.eventLoop.scheduleTask(in: .seconds(Int64(front.limits.headSeconds))) {
            channel.close(promise: nil)
        }
        channel.closeFuture.whenComplete { _ in deadline.cancel() }
        return channel.eventLoop.makeCompletedFuture {
            let handler = NIOTypedApplicationProtocolNegotiationHandler<Negotiated> { result in
                deadline.cancel()
                let isHTTP2 = result == .negotiated("h2")
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(WriteMerger(delaysFlushes: isHTTP2))
                }.flatMap {
                    guard isHTTP2 else { return http1.setup(channel: channel, logger: logger).map { .http1($0) } }
                    return channel.eventLoop.makeCompletedFuture { .http2(try http2.setUp(channel)) }
                }
            }
            try channel.pipeline.syncOperations.addHandler(handler)
            return handler.protocolNegotiationResult
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
