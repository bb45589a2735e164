import HummingbirdCore
package import NIOCore
import Synchronization

/// A connection that nobody reads from yet.
///
/// NIO's asynchronous channels have to be run once they exist; one that is dropped ends the process. A server that is
/// cancelled drops the connections that it has accepted and not begun to serve. So a connection becomes such a channel
/// only in the hands of the task that serves it.
package final class AcceptedConnection: ServerChildChannelValue {
    package let channel: any Channel
    private let isServed = Atomic(false)

    private init(_ channel: any Channel) {
        self.channel = channel
    }

    deinit {
        if !isServed.load(ordering: .relaxed) { channel.close(promise: nil) }
    }

    /// Holds back what comes on a new connection. Called on the channel's event loop, before the channel is active.
    package static func hold(_ channel: any Channel) -> EventLoopFuture<AcceptedConnection> {
        channel.setOption(.autoRead, value: false).map { AcceptedConnection(channel) }
    }

    /// Lets `setUp` add the handlers that read, on the channel's event loop, and lets come what was held back.
    ///
    /// - Returns: what `setUp` has made, which has to be run; `nil` if the connection has ended.
    package func begin<Value: Sendable>(
        _ setUp: @escaping @Sendable (any Channel) -> EventLoopFuture<Value>
    ) async throws -> Value? {
        isServed.store(true, ordering: .relaxed)
        let channel = channel
        return try await channel.eventLoop.flatSubmit { () -> EventLoopFuture<Value?> in
            guard channel.isActive else { return channel.eventLoop.makeSucceededFuture(nil) }
            return setUp(channel).flatMap { value in
                channel.setOption(.autoRead, value: true).map { value }.recover { _ in value }
            }
        }.get()
    }
}
