import AsyncHTTPClient
import Foundation
import NIOCore

extension HTTPClient.Configuration {
    /// Connections to the API server. What fails is told at once: the reflector decides about another try.
    init(_ configuration: KubernetesClientConfiguration) {
        self.init()
        httpVersion = .http1Only
        redirectConfiguration = .disallow
        timeout = Timeout(connect: .init(configuration.connectTimeout))
        connectionPool.retryConnectionEstablishment = false
        if let name = configuration.tls.serverName { dnsOverride = [name: configuration.server.host] }
        proxy = configuration.proxy.map { proxy in
            if proxy.isSOCKS { return .socksServer(host: proxy.host, port: proxy.port) }
            return .server(
                host: proxy.host, port: proxy.port,
                authorization: proxy.credentials.map { .basic(username: $0.user, password: $0.password) })
        }
        http1_1ConnectionDebugInitializer = { channel in Self.probeWhenIdle(channel) }
    }

    /// Makes the kernel ask after 30 s of silence whether the other side is still there, and give up after 30 s more: a
    /// watch may rightly be silent for minutes, and a node must not miss changes for as long when the server has died.
    private static func probeWhenIdle(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.setOption(.socketOption(.so_keepalive), value: 1).flatMap {
            channel.setOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: 30)
        }.flatMap {
            channel.setOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: 10)
        }.flatMap {
            channel.setOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: 3)
        }
    }
}
