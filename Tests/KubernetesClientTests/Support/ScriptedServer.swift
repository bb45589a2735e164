import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP/1.1 server on the loopback interface with scripted answers.
final class ScriptedServer: Sendable {
    struct Reply: Sendable {
        enum Ending: Sendable {
            /// The response is complete.
            case complete
            /// The stream stays open: ``ScriptedServer/push(_:to:)`` continues it.
            case open
            /// The connection breaks.
            case hangUp
        }

        var status = HTTPResponseStatus.ok
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        var body: [[UInt8]] = []
        var ending = Ending.complete
    }

    private struct State {
        var requests: [HTTPRequestHead] = []
        var channels: [ObjectIdentifier: any Channel] = [:]
        /// Open streams, by request path.
        var streams: [String: any Channel] = [:]
        var certificate: NIOSSLContext?
    }

    private let state: Mutex<State>
    private let listener: any Channel
    let port: Int

    private init(state: consuming State, listener: any Channel) {
        self.state = Mutex(state)
        self.listener = listener
        port = listener.localAddress?.port ?? 0
    }

    /// Serves while `body` runs. `respond` is called with each request and the number of requests before it.
    static func withServer<Value>(
        port: Int = 0, tls: NIOSSLContext? = nil,
        respond: @escaping @Sendable (_ request: HTTPRequestHead, _ number: Int) -> Reply,
        _ body: (ScriptedServer) async throws -> Value
    ) async throws -> Value {
        let current = Mutex<ScriptedServer?>(nil)
        let box = Box(current)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let server = box.server else { throw ChannelError.ioOnClosedChannel }
                    server.accepted(channel)
                    if let context = server.state.withLock({ $0.certificate }) {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    // With pipelining, an open stream would not notice that the client has disconnected.
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try channel.pipeline.syncOperations.addHandler(Responder(server: server, respond: respond))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        let server = ScriptedServer(state: State(certificate: tls), listener: listener)
        box.server = server
        do {
            let value = try await body(server)
            await server.stop()
            return value
        } catch {
            await server.stop()
            throw error
        }
    }

    /// Paths and queries of all requests so far.
    var targets: [String] { state.withLock { $0.requests.map(\.uri) } }
    var requests: [HTTPRequestHead] { state.withLock { $0.requests } }

    /// Later connections get this certificate.
    func roll(_ certificate: NIOSSLContext) { state.withLock { $0.certificate = certificate } }

    /// Continues the open streams whose path begins with `path`.
    func push(_ bytes: [UInt8], to path: String) {
        for channel in streams(path) {
            channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes))), promise: nil)
        }
    }

    /// Cleanly ends the open streams whose path begins with `path`.
    func finish(_ path: String) {
        for channel in streams(path) { channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil) }
    }

    /// Breaks all connections; the server keeps listening.
    func breakConnections() async {
        for channel in state.withLock({ Array($0.channels.values) }) { _ = try? await channel.close().get() }
    }

    private func stop() async {
        _ = try? await listener.close().get()
        await breakConnections()
    }

    private func streams(_ path: String) -> [any Channel] {
        state.withLock { state in state.streams.filter { $0.key.hasPrefix(path) }.map(\.value) }
    }

    private func accepted(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        state.withLock { $0.channels[id] = channel }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { state in
                state.channels[id] = nil
                state.streams = state.streams.filter { ObjectIdentifier($0.value) != id }
            }
        }
    }

    private func received(_ head: HTTPRequestHead) -> Int {
        state.withLock { state in
            state.requests.append(head)
            return state.requests.count - 1
        }
    }

    private final class Box: Sendable {
        private let value: Mutex<ScriptedServer?>

        init(_ value: consuming Mutex<ScriptedServer?>) { self.value = value }

        var server: ScriptedServer? {
            get { value.withLock { $0 } }
            set { value.withLock { $0 = newValue } }
        }
    }

    private final class Responder: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let server: ScriptedServer
        private let respond: @Sendable (HTTPRequestHead, Int) -> Reply

        init(server: ScriptedServer, respond: @escaping @Sendable (HTTPRequestHead, Int) -> Reply) {
            self.server = server
            self.respond = respond
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let head) = unwrapInboundIn(data) else { return }
            let reply = respond(head, server.received(head))
            context.write(
                wrapOutboundOut(
                    .head(HTTPResponseHead(version: .http1_1, status: reply.status, headers: reply.headers))),
                promise: nil)
            for part in reply.body {
                context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: part)))), promise: nil)
            }
            switch reply.ending {
            case .complete: context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .open:
                context.flush()
                let channel = context.channel
                server.state.withLock { $0.streams[head.uri] = channel }
            case .hangUp:
                context.flush()
                context.close(promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
