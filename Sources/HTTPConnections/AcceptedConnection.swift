import HummingbirdCore
package import NIOCore
import Synchronization

/// An accepted connection, or a stream of an HTTP/2 connection, that is not read yet.
///
/// NIO's asynchronous channels must be run once they exist; dropping one traps. A cancelled server drops accepted
/// connections that it has not begun to serve. So a connection becomes such a channel only in the task that serves it.
package final class AcceptedConnection: ServerChildChannelValue {
    package let channel: any Channel
    private let isServed = Atomic(false)

    private init(_ channel: any Channel) {
        self.channel = channel
    }

    deinit {
        if !isServed.load(ordering: .relaxed) { channel.close(promise: nil) }
    }

    /// Suspends reading of a new connection. Called on the channel's event loop, before the channel is active.
    package static func hold(_ channel: any Channel) -> EventLoopFuture<AcceptedConnection> {
        channel.setOption(.autoRead, value: false).map { AcceptedConnection(channel) }
    }

    /// Calls `setUp` on the channel's event loop to add handlers, then resumes reading.
    ///
    /// - Returns: The result of `setUp`, which must be run; `nil` if the connection has ended.
    package func begin<Value: Sendable>(
        _ setUp: @escaping @Sendable (any Channel) -> EventLoopFuture<Value>
    ) async throws -> Value? {
        isServed.store(true, ordering: .relaxed)
        let channel = channel
        return try await channel.eventLoop.flatSubmit { () -> EventLoopFuture<Value?> in
            guard channel.isActive else { return channel.eventLoop.makeSucceededFuture(nil) }
            return setUp(channel).flatMap { value in
                channel.setOption(.autoRead, value: true).map {
                    channel.read()
                    return value
                }.recover { _ in value }
            }
        }.get()
    }
}
