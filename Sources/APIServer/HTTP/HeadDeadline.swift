import NIOCore
import NIOHTTPTypes

/// Closes a connection whose next request does not begin in time: one that hangs in the handshake, sends its head byte
/// by byte, or is idle. The duration of a request itself is not limited here.
final class HeadDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let first: TimeAmount
    private let idle: TimeAmount
    private var timer: Scheduled<Void>?

    /// - Parameters:
    ///   - first: for the handshake and the head of the first request.
    ///   - idle: from the end of an answer to the head of the next request.
    init(first: TimeAmount, idle: TimeAmount) {
        self.first = first
        self.idle = idle
    }

    func handlerAdded(context: ChannelHandlerContext) {
        arm(first, context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        disarm()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) { disarm() }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { arm(idle, context) }
        context.write(data, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        disarm()
        context.fireChannelInactive()
    }

    private func arm(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        disarm()
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }

    private func disarm() {
        timer?.cancel()
        timer = nil
    }
}
