import NIOCore
import NIOPosix

/// Sends a test's scripted replies to each datagram.
struct FakeUpstream: Sendable {
    let port: UInt16
    private let channel: any Channel

    /// `replies` are sent after `delay`.
    init(delay: TimeAmount = .zero, _ replies: @escaping @Sendable ([UInt8]) -> [[UInt8]]) async throws {
        channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton).channelInitializer {
            channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(Handler(delay: delay, replies: replies))
            }
        }.bind(host: "127.0.0.1", port: 0).get()
        port = UInt16(channel.localAddress?.port ?? 0)
    }

    func close() async throws { try await channel.close().get() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        typealias OutboundOut = AddressedEnvelope<ByteBuffer>
        let delay: TimeAmount
        let replies: @Sendable ([UInt8]) -> [[UInt8]]

        init(delay: TimeAmount, replies: @escaping @Sendable ([UInt8]) -> [[UInt8]]) {
            self.delay = delay
            self.replies = replies
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            for reply in replies(Array(envelope.data.readableBytesView)) {
                let answer = AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: ByteBuffer(bytes: reply))
                let channel = context.channel
                context.eventLoop.scheduleTask(in: delay) { channel.writeAndFlush(answer, promise: nil) }
            }
        }
    }
}
