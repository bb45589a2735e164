import AsyncHTTPClient
import NIOCore
import NIOSSL

extension HTTPClient.Configuration {
    /// For requests with these credentials. A busy machine may take longer to connect than a client usually waits.
    static func patient(_ tls: TLSConfiguration) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.timeout.connect = .minutes(5)
        return configuration
    }
}
