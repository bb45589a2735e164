import AsyncHTTPClient
import Foundation
import HTTPConnections
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
import Testing

@testable import APIServer

/// The server on a port of the loopback, with limits that a test can reach.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ConnectionTests {
    @Test func aConnectionWithoutAHandshakeIsClosed() async throws {
        try await TestServer.onPort({ $0.headSeconds = 1 }) { port, _ in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()
            try await channel.closeFuture.get()
        }
    }

    @Test func aHeadThatIsNeverFinishedEndsTheConnection() async throws {
        try await TestServer.onPort({ $0.headSeconds = 1 }) { port, tls in
            let context = try NIOSSLContext(configuration: tls)
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: nil))
                    }
                }.connect(host: "127.0.0.1", port: port).get()
            try await channel.writeAndFlush(ByteBuffer(string: "GET /readyz HTTP/1.1\r\nHost: a\r\nX-Slow: "))
            // Byte by byte until the server closes; a later byte cannot be written.
            while channel.isActive {
                try? await channel.writeAndFlush(ByteBuffer(string: "x"))
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    @Test func watchesAboveTheLimitAreRefusedWithATimeToComeBack() async throws {
        try await TestServer.onPort({ $0.watches = 2 }) { port, tls in
            let client = HTTPClient(configuration: .patient(tls))
            let url = "https://127.0.0.1:\(port)/api/v1/services"
            let watch = HTTPClientRequest(url: url + "?watch=true")
            let first = try await client.execute(watch, timeout: .minutes(5))
            let second = try await client.execute(watch, timeout: .minutes(5))
            #expect(first.status == .ok && second.status == .ok)
            let third = try await client.execute(watch, timeout: .minutes(5))
            #expect(third.status == .tooManyRequests)
            #expect(third.headers.first(name: "retry-after") == "1")
            // Requests other than watches are served.
            #expect(try await client.execute(HTTPClientRequest(url: url), timeout: .minutes(5)).status == .ok)
            try await client.shutdown()
        }
    }

    @Test func connectionsThatComeWhileTheServerEndsDoNoHarm() async throws {
        let current = CurrentPort()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    while !Task.isCancelled {
                        // Connections are refused between two servers.
                        let channel = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                            .connect(host: "127.0.0.1", port: current.number.load(ordering: .relaxed)).get()
                        try? await channel?.close().get()
                    }
                }
            }
            for _ in 0..<20 {
                try await TestServer.onPort({ _ in }) { port, _ in
                    current.number.store(port, ordering: .relaxed)
                    try await Task.sleep(for: .milliseconds(30))
                }
            }
            group.cancelAll()
        }
    }

    @Test func aConnectionThatNobodyServesIsClosed() async throws {
        let (closed, hasClosed) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingOldest(1))
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.closeFuture.whenComplete { _ in hasClosed.yield() }
                return AcceptedConnection.hold(channel).map { _ in }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port).get()
        for await _ in closed { break }
        try await channel.closeFuture.get()
        try await server.close().get()
    }

    @Test func connectionsAboveTheLimitWaitForAnEnd() async throws {
        try await TestServer.onPort({ $0.connections = 1 }) { port, tls in
            let group = MultiThreadedEventLoopGroup.singleton
            let first = try await ClientBootstrap(group: group).connect(host: "127.0.0.1", port: port).get()
            let client = HTTPClient(configuration: .patient(tls))
            let request = HTTPClientRequest(url: "https://127.0.0.1:\(port)/readyz")
            async let answer = client.execute(request, timeout: .minutes(5))
            try await Task.sleep(for: .milliseconds(200))
            try await first.close().get()
            #expect(try await answer.status == .ok)
            try await client.shutdown()
        }
    }
}

private final class CurrentPort: Sendable {
    let number = Atomic(0)
}
