import AsyncHTTPClient
import NIOCore

extension HTTPClient.Configuration {
    /// Connections to the API server. Failures are reported at once: the reflector decides about retries.
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
        http1_1ConnectionDebugInitializer = { channel in DeadPeerDetection.enable(on: channel) }
    }
}
