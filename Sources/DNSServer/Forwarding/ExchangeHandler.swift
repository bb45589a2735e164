import DNSMessages
import NIOCore

/// One question and its answer on a channel. On a stream, each message is preceded by its length (RFC
/// 1035, section 4.2.2).
///
/// A message with another identifier or question is not the answer and is skipped; after a few of these, or an
/// unreadable answer, the exchange fails.
final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let strangersAllowed = 16

    private struct Pending {
        var identifier: UInt16
        var question: Question
        var promise: EventLoopPromise<ReceivedResponse>
        var timeout: Scheduled<Void>
    }

    private let isStream: Bool
    private let name: String
    private var pending: Pending?
    private var received = ByteBuffer()
    private var strangers = 0

    init(isStream: Bool, name: String) {
        self.isStream = isStream
        self.name = name
    }

    /// Sends a question. Call on the channel's event loop, one exchange at a time.
    func ask(
        _ question: Question, flags: MessageFlags, edns: Query.EDNS, on channel: any Channel, timeout: TimeAmount
    ) -> EventLoopFuture<ReceivedResponse> {
        let promise = channel.eventLoop.makePromise(of: ReceivedResponse.self)
        guard pending == nil, channel.isActive else {
            promise.fail(ForwardError(.connection, "\(name): the connection is gone"))
            return promise.futureResult
        }
        let identifier = UInt16.random(in: .min ... .max)
        let message = QueryWriter.message(question, identifier: identifier, flags: flags, edns: edns)
        let scheduled = channel.eventLoop.assumeIsolated().scheduleTask(in: timeout) { [self] in
            finish(
                .failure(ForwardError(.timeout, "\(name) does not answer within \(timeout.nanoseconds / 1_000_000) ms"))
            )
        }
        pending = Pending(identifier: identifier, question: question, promise: promise, timeout: scheduled)
        strangers = 0
        var buffer = channel.allocator.buffer(capacity: message.count + 2)
        if isStream { buffer.writeInteger(UInt16(message.count)) }
        buffer.writeBytes(message)
        channel.writeAndFlush(buffer).assumeIsolated().whenFailure { [self] error in
            finish(.failure(ForwardError(.connection, "\(name): cannot send", cause: error)))
        }
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        guard isStream else { return take(Array(buffer.readableBytesView)) }
        received.writeBuffer(&buffer)
        while let length = received.getInteger(at: received.readerIndex, as: UInt16.self),
            received.readableBytes >= Int(length) + 2
        {
            received.moveReaderIndex(forwardBy: 2)
            take(received.readBytes(length: Int(length)) ?? [])
        }
        received.discardReadBytes()
    }

    private func take(_ message: [UInt8]) {
        guard let pending else { return }
        do {
            let reader = try ResponseReader(message)
            if reader.identifier == pending.identifier, reader.question.matches(pending.question) {
                return finish(.success(ReceivedResponse(response: reader.response)))
            }
        } catch {
            guard message.count >= 2, UInt16(message[0]) << 8 | UInt16(message[1]) == pending.identifier else { return }
            return finish(.failure(ForwardError(.response, "\(name) sends what cannot be read", cause: error)))
        }
        strangers += 1
        if strangers > Self.strangersAllowed {
            finish(.failure(ForwardError(.response, "\(name) answers other questions than asked")))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.failure(ForwardError(.connection, "\(name) cannot be reached", cause: error)))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.failure(ForwardError(.connection, "\(name) has closed the connection")))
        context.fireChannelInactive()
    }

    private func finish(_ result: Result<ReceivedResponse, any Error>) {
        guard let pending = pending.take() else { return }
        pending.timeout.cancel()
        pending.promise.completeWith(result)
    }
}

/// An answer from another server.
struct ReceivedResponse: Sendable {
    var response: Response
    var isTruncated: Bool { response.flags.contains(.truncated) }
}
