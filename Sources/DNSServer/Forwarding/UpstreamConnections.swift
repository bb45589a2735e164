import DNSMessages
import InternetAddresses
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Connections to one upstream.
///
/// Each question over UDP has its own socket, so that the port, which a forger must guess, is new each time (RFC 5452).
/// Streams are kept for a while and reused.
final class UpstreamConnections: Sendable {
    private static let udpSize: UInt16 = 1232
    private static let idleLimit = 16

    private struct Idle {
        var channel: any Channel
        var handler: NIOLoopBound<ExchangeHandler>
    }

    private let address: UpstreamAddress
    private let tls: NIOSSLContext?
    private let serverName: String?
    private let expiry: TimeAmount
    private let idle = Mutex<[Idle]>([])
    private let reused = Atomic<UInt64>(0)
    private let opened = Atomic<UInt64>(0)
    private var loop: any EventLoop { MultiThreadedEventLoopGroup.singleton.any() }

    init(_ address: UpstreamAddress, tls: NIOSSLContext?, serverName: String?, expiry: Duration) {
        self.address = address
        self.tls = tls
        self.serverName = serverName
        self.expiry = .milliseconds(Int64(expiry.inSeconds * 1000))
    }

    /// The number of questions over existing and over new streams.
    var streamCounts: (reused: UInt64, opened: UInt64) {
        (reused.load(ordering: .relaxed), opened.load(ordering: .relaxed))
    }

    /// Asks over UDP, or over a stream for TLS, `usesTCP`, or an answer too long for UDP.
    func exchange(
        _ question: Question, flags: MessageFlags, wantsSignatures: Bool, usesTCP: Bool, timeout: Duration
    ) async throws -> ReceivedResponse {
        let edns = Query.EDNS(size: Self.udpSize, wantsSignatures: wantsSignatures)
        let timeout = TimeAmount.milliseconds(Int64(timeout.inSeconds * 1000))
        if !usesTCP, tls == nil {
            let answer = try await datagram(question, flags: flags, edns: edns, timeout: timeout)
            guard answer.isTruncated else { return answer }
        }
        if let known = takeIdle(),
            let answer = try? await exchange(question, flags: flags, edns: edns, over: known, timeout: timeout)
        {
            // If the peer has closed the connection meanwhile, try again.
            reused.wrappingAdd(1, ordering: .relaxed)
            return answer
        }
        opened.wrappingAdd(1, ordering: .relaxed)
        return try await exchange(
            question, flags: flags, edns: edns, over: try await connect(timeout: timeout), timeout: timeout)
    }

    /// Closes idle connections.
    func close() {
        let connections = idle.withLock { idle in
            defer { idle = [] }
            return idle
        }
        for connection in connections { connection.channel.close(promise: nil) }
    }

    private func datagram(
        _ question: Question, flags: MessageFlags, edns: Query.EDNS, timeout: TimeAmount
    ) async throws -> ReceivedResponse {
        let (loop, name, address) = (loop, address.description, try address.socketAddress())
        return try await loop.flatSubmit {
            let handler = ExchangeHandler(isStream: false, name: name)
            let bound = NIOLoopBound(handler, eventLoop: loop)
            return DatagramBootstrap(group: loop).channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramPayloads())
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }.connect(to: address).flatMap { channel in
                bound.value.ask(question, flags: flags, edns: edns, on: channel, timeout: timeout)
                    .always { _ in channel.close(promise: nil) }
            }
        }.get()
    }

    private func connect(timeout: TimeAmount) async throws -> Idle {
        let (loop, name, address, tls) = (loop, self.address.description, try address.socketAddress(), tls)
        let serverName = serverName
        return try await loop.flatSubmit {
            let bound = NIOLoopBound(ExchangeHandler(isStream: true, name: name), eventLoop: loop)
            return ClientBootstrap(group: loop).connectTimeout(timeout).channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            try NIOSSLClientHandler(context: tls, serverHostname: serverName))
                    }
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }.connect(to: address).map { Idle(channel: $0, handler: bound) }.flatMapErrorThrowing {
                throw ForwardError(.connection, "\(name) cannot be reached", cause: $0)
            }
        }.get()
    }

    private func exchange(
        _ question: Question, flags: MessageFlags, edns: Query.EDNS, over connection: Idle, timeout: TimeAmount
    ) async throws -> ReceivedResponse {
        do {
            let answer = try await connection.channel.eventLoop.flatSubmit {
                connection.handler.value.ask(
                    question, flags: flags, edns: edns, on: connection.channel, timeout: timeout)
            }.get()
            keep(connection)
            return answer
        } catch {
            connection.channel.close(promise: nil)
            throw error
        }
    }

    private func takeIdle() -> Idle? {
        idle.withLock { idle in
            while let connection = idle.popLast() {
                if connection.channel.isActive { return connection }
            }
            return nil
        }
    }

    private func keep(_ connection: Idle) {
        let isKept = idle.withLock { idle in
            idle.removeAll { !$0.channel.isActive }
            guard idle.count < Self.idleLimit else { return false }
            idle.append(connection)
            return true
        }
        guard isKept else { return connection.channel.close(promise: nil) }
        connection.channel.eventLoop.scheduleTask(in: expiry) { [self] in
            let isIdle = idle.withLock { idle in
                guard let index = idle.firstIndex(where: { $0.channel === connection.channel }) else { return false }
                idle.remove(at: index)
                return true
            }
            if isIdle { connection.channel.close(promise: nil) }
        }
    }
}

/// Unwraps and wraps datagrams: the socket is connected, so there is one peer.
private final class DatagramPayloads: ChannelDuplexHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(wrapInboundOut(unwrapInboundIn(data).data))
    }
}

extension UpstreamAddress {
    func socketAddress() throws -> SocketAddress {
        try SocketAddress(ipAddress: address.description, port: Int(port))
    }
}
