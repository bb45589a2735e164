import Glibc
import HummingbirdCore
package import NIOCore
import NIOPosix

/// Listens on one address, and serves each connection in a task of its own.
///
/// In the place of hummingbird's server, which resolves its address like a name: where a machine has no IPv6 address
/// but the loopback's, it cannot listen on `::`.
package struct ConnectionListener: Sendable {
    private let address: SocketAddress
    /// Beyond so many, new connections wait.
    private let connections: Int

    /// Throws NIO's errors for what is not an address.
    ///
    /// `address`: of IPv4 or IPv6; `::` takes IPv4 in too.
    package init(address: String, port: Int, connections: Int) throws {
        self.address = try SocketAddress(ipAddress: address, port: port)
        self.connections = connections
    }

    /// Serves until the task is cancelled. Throws `IOError` if the address cannot be listened on.
    ///
    /// `setUp`: prepares a new connection, on its event loop.
    /// `onListening`: called once clients can connect.
    /// `serve`: returns when the connection has ended.
    package func run(
        setUp: @escaping @Sendable (any Channel) -> EventLoopFuture<AcceptedConnection>,
        onListening: @Sendable () async -> Void, serve: @escaping @Sendable (AcceptedConnection) async -> Void
    ) async throws {
        let connections = connections
        var bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AvailableConnectionsChannelHandler<MaximumAvailableConnections>(maxConnections: connections))
                }
            }
        if address.protocol == .inet6 {
            // Whatever net.ipv6.bindv6only says.
            bootstrap = bootstrap.serverChannelOption(
                .socket(SocketOptionLevel(IPPROTO_IPV6), IPV6_V6ONLY), value: 0)
        }
        let listener = try await bootstrap.bind(to: address, childChannelInitializer: setUp)
        try await listener.executeThenClose { accepted in
            await onListening()
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in accepted { group.addTask { await serve(connection) } }
            }
        }
    }
}
