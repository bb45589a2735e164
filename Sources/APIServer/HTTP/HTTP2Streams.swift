import HTTPConnections
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2

/// The requests of an HTTP/2 connection, each on a stream of its own: a client needs one connection for any number of
/// watches.
struct HTTP2Streams: Sendable {
    typealias Multiplexer = NIOHTTP2Handler.AsyncStreamMultiplexer<AcceptedConnection>

    /// Requests at the same time on one connection, as kube-apiserver allows.
    private static let streams = 250
    /// Bytes of a request's header, as with HTTP/1.1.
    private static let headerBytes = 80 << 10

    let front: HTTPFront
    let connection: HTTPFront.Connection

    /// Makes a channel speak HTTP/2. Called on its event loop.
    func setUp(_ channel: any Channel) throws -> Multiplexer {
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: Self.streams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: Self.headerBytes),
        ]
        return try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(
            mode: .server,
            streamDelegate: IdleDeadline(channel, .seconds(Int64(front.limits.idleSeconds))),
            configuration: configuration
        ) { stream in
            AcceptedConnection.hold(stream)
        }
    }

    /// Answers requests until the connection ends or the task is cancelled.
    func serve(_ streams: Multiplexer, logger: Logger) async {
        let (front, connection) = (front, connection)
        // A stream is a connection with one request.
        let http = HTTP1Channel(responder: { request, writer, _ in
            try await front.respond(to: request, writer, on: connection, isStream: true)
        })
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                do {
                    for try await stream in streams.inbound {
                        group.addTask { await Self.serve(stream, http, logger) }
                    }
                } catch {
                    logger.debug("an HTTP/2 connection has ended: \(error)")
                }
            }
        } onCancel: {
            connection.channel.close(promise: nil)
        }
    }

    private static func serve(_ stream: AcceptedConnection, _ http: HTTP1Channel, _ logger: Logger) async {
        do {
            guard let channel = try await stream.begin(setUpStream) else { return }
            await http.handle(value: channel, logger: logger)
        } catch {
            logger.debug("a request could not be read: \(error)")
        }
    }

    private static func setUpStream(_ stream: any Channel) -> EventLoopFuture<HTTP1Channel.Value> {
        stream.eventLoop.makeCompletedFuture {
            try stream.pipeline.syncOperations.addHandler(HTTP2FramePayloadToHTTPServerCodec())
            return try NIOAsyncChannel(wrappingChannelSynchronously: stream)
        }
    }
}
