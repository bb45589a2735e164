import InternetAddresses
import NIOCore
import NIOPosix
import ServiceNames
import Synchronization

/// Listens for TCP connections.
struct StreamListener: Sendable {
    /// The maximum number of connections; more are closed immediately.
    private static let connectionLimit = 4096

    private final class Connections: Sendable {
        let count = Atomic<Int>(0)
    }

    private let channel: any Channel

    /// Binds to `address`, or to all addresses of both families if it is `nil`.
    init(
        address: IPAddress?, port: UInt16, lane: SlowLane, unserved: ServerMetrics,
        processor: @escaping @Sendable () -> QueryProcessor
    ) async throws(DNSServerError) {
        let connections = Connections()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 1 << 15, high: 1 << 16))
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                guard connections.count.wrappingAdd(1, ordering: .relaxed).newValue <= Self.connectionLimit else {
                    connections.count.wrappingSubtract(1, ordering: .relaxed)
                    return channel.close()
                }
                channel.closeFuture.whenComplete { _ in
                    connections.count.wrappingSubtract(1, ordering: .relaxed)
                }
                return channel.eventLoop.makeCompletedFuture {
                    let client = channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) } ?? IPAddress(ipv4: 0)
                    let plain = client.isIPv4Mapped ? IPAddress(ipv4: client.ipv4Bits) : client
                    try channel.pipeline.syncOperations.addHandler(
                        StreamHandler(processor: processor(), lane: lane, unserved: unserved, client: plain))
                }
            }
        do {
            do {
                // Not by name: without a global IPv6 address the C library does not resolve "::".
                let all = try SocketAddress(ipAddress: address?.description ?? "::", port: Int(port))
                channel = try await bootstrap.bind(to: all).get()
            } catch  where address == nil && !DatagramSocket.hasIPv6 {
                let all = try SocketAddress(ipAddress: "0.0.0.0", port: Int(port))
                channel = try await bootstrap.bind(to: all).get()
            }
        } catch {
            throw DNSServerError(
                .address,
                """
                TCP \(address.map { "\($0)" } ?? "*") port \(port): cannot listen; stop what listens there, or choose \
                another address or port: \(error)
                """)
        }
    }

    /// Stops listening. Existing connections end when idle.
    func close() async {
        // The listener may already be closed; either way it is gone.
        try? await channel.close().get()
    }
}
