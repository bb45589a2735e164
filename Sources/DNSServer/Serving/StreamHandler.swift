import DNSMessages
import InternetAddresses
import NIOCore
import ServiceNames

/// Queries on a TCP connection (RFC 7766): any number, pipelined, answered as each is ready.
///
/// An idle connection is closed after a while. If the client does not read, the connection is not read from either:
/// unsent data stays bounded, and the same limit ends it.
final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a connection may be idle.
    static let idleLimit = TimeAmount.seconds(10)
    /// The maximum number of one connection's queries that wait for other servers.
    private static let pendingLimit = 64
    private static let part = 2

    private var processor: QueryProcessor
    private let lane: SlowLane
    private let unserved: ServerMetrics
    private let client: IPAddress
    private var received = ByteBuffer()
    private var output: [UInt8] = []
    private var pending = 0
    private var isReading = true
    private var timeout: Scheduled<Void>?

    init(processor: QueryProcessor, lane: SlowLane, unserved: ServerMetrics, client: IPAddress) {
        self.processor = processor
        self.lane = lane
        self.unserved = unserved
        self.client = client
    }

    func channelActive(context: ChannelHandlerContext) {
        restartTimeout(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timeout?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        received.writeBuffer(&buffer)
        restartTimeout(context)
        answerReceived(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { restartTimeout(context) }
        answerReceived(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// Answers complete queries while the client accepts answers.
    private func answerReceived(_ context: ChannelHandlerContext) {
        var hasWritten = false
        processor.refresh()
        while context.channel.isWritable, pending < Self.pendingLimit,
            let length = received.getInteger(at: received.readerIndex, as: UInt16.self),
            received.readableBytes >= Int(length) + 2
        {
            received.moveReaderIndex(forwardBy: 2)
            hasWritten = answer(received.readBytes(length: Int(length)) ?? [], context) || hasWritten
        }
        received.discardReadBytes()
        if hasWritten { context.flush() }
        let mayRead = context.channel.isWritable && pending < Self.pendingLimit
        guard mayRead != isReading else { return }
        isReading = mayRead
        let channel = context.channel
        channel.setOption(.autoRead, value: mayRead).whenFailure { _ in channel.close(promise: nil) }
    }

    /// Whether something was written.
    private func answer(_ message: [UInt8], _ context: ChannelHandlerContext) -> Bool {
        let arrival = ContinuousClock.now
        var record = QueryRecord()
        output.removeAll(keepingCapacity: true)
        switch processor.process(message.span, client: client, arrival: arrival, into: &output, record: &record) {
        case .silent: return false
        case .answered:
            write(output, context.channel, flush: false)
            let seconds = (ContinuousClock.now - arrival).inSeconds
            (record.server?.metrics ?? unserved).record(record, seconds: seconds, part: Self.part)
            lane.log([record], seconds: seconds)
            if let refresh = record.refresh { lane.refresh(refresh) }
            return true
        case .deferred(let deferred):
            pending += 1
            let loop = context.eventLoop
            let bound = NIOLoopBound((handler: self, context: context), eventLoop: loop)
            let reply: @Sendable ([UInt8]) -> Void = { bytes in
                loop.execute {
                    let (handler, context) = bound.value
                    handler.pending -= 1
                    guard context.channel.isActive else { return }
                    handler.write(bytes, context.channel, flush: true)
                    handler.restartTimeout(context)
                    handler.answerReceived(context)
                }
            }
            if !lane.submit(deferred, reply: reply) { lane.refuse(deferred, reply: reply) }
            return false
        }
    }

    private func write(_ message: [UInt8], _ channel: any Channel, flush: Bool) {
        var buffer = channel.allocator.buffer(capacity: message.count + 2)
        buffer.writeInteger(UInt16(truncatingIfNeeded: message.count))
        buffer.writeBytes(message)
        if flush {
            channel.writeAndFlush(buffer, promise: nil)
        } else {
            channel.write(buffer, promise: nil)
        }
    }

    private func restartTimeout(_ context: ChannelHandlerContext) {
        timeout?.cancel()
        let channel = context.channel
        timeout = context.eventLoop.scheduleTask(in: Self.idleLimit) { channel.close(promise: nil) }
    }
}
