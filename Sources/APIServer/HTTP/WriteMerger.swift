import NIOCore

/// Merges what is written between two flushes into one buffer, which becomes one TLS record instead of several.
///
/// HTTP/1.1 writes the length, the contents and the end of each chunk on their own, HTTP/2 each frame.
final class WriteMerger: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The contents of the largest TLS record; what is larger gains nothing from being copied together.
    private static let limit = 16 << 10

    private let delaysFlushes: Bool
    private var buffer = ByteBuffer()
    private var promise: EventLoopPromise<Void>?
    private var isFlushDue = false

    /// - Parameter delaysFlushes: whether what is due on the event loop comes before a flush. On an HTTP/2 connection
    ///   the events of many watches then leave together.
    init(delaysFlushes: Bool) {
        self.delaysFlushes = delaysFlushes
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var new = unwrapOutboundIn(data)
        if buffer.readableBytes + new.readableBytes > Self.limit { pass(context) }
        if buffer.readableBytes == 0 {
            buffer = new
        } else {
            buffer.writeBuffer(&new)
        }
        guard let promise else { return }
        if let first = self.promise {
            first.futureResult.cascade(to: promise)
        } else {
            self.promise = promise
        }
    }

    func flush(context: ChannelHandlerContext) {
        guard delaysFlushes else {
            pass(context)
            context.flush()
            return
        }
        guard !isFlushDue else { return }
        isFlushDue = true
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        let merger = NIOLoopBound(self, eventLoop: context.value.eventLoop)
        context.value.eventLoop.execute { merger.value.flushNow(context.value) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        flushNow(context)
        context.close(mode: mode, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        isFlushDue = false
        buffer.clear()
        promise?.fail(ChannelError.ioOnClosedChannel)
        promise = nil
    }

    private func flushNow(_ context: ChannelHandlerContext) {
        pass(context)
        guard isFlushDue else { return }
        isFlushDue = false
        context.flush()
    }

    /// Hands on what has been merged.
    private func pass(_ context: ChannelHandlerContext) {
        guard buffer.readableBytes > 0 || promise != nil else { return }
        let (merged, promise) = (buffer, promise)
        buffer = ByteBuffer()
        self.promise = nil
        context.write(wrapOutboundOut(merged), promise: promise)
    }
}
