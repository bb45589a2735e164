import NIOCore
import NIOPosix
import Testing

@testable import KubernetesClient

@Suite struct DeadPeerDetectionTests {
    @Test func `the kernel is told to ask a silent peer`() async throws {
        try await ScriptedServer.withServer { _, _ in
            .init()
        } _: { server in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: server.port).get()
            try await DeadPeerDetection.enable(on: channel).get()
            #expect(try await channel.getOption(.socketOption(.so_keepalive)).get() == 1)
            for (name, value) in DeadPeerDetection.options {
                #expect(try await channel.getOption(.tcpOption(.init(rawValue: name))).get() == value)
            }
            try await channel.close().get()
        }
    }
}
