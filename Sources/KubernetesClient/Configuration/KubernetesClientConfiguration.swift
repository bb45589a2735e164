package import KubernetesAPI

/// Which API server to talk to, how to know it, and how to be known to it.
package struct KubernetesClientConfiguration: Sendable {
    /// How the server is recognized and which certificate we show.
    struct TLS: Sendable, Hashable {
        /// `nil` for the certificate authorities of the system.
        var certificateAuthority: Material?
        /// What the server's certificate is issued to, where that is not the host of the URL.
        var serverName: String?
        /// Only where a kubeconfig says `insecure-skip-tls-verify: true` in so many words.
        var skipsVerification = false
    }

    /// A forward proxy on the way to the server.
    struct Proxy: Sendable, Hashable {
        var isSOCKS: Bool
        var host: String
        var port: Int
        /// User and password for an HTTP proxy.
        var credentials: Login?

        struct Login: Sendable, Hashable {
            var user: String
            var password: String
        }
    }

    package var server: ServerAddress
    var tls = TLS()
    var authentication = Authentication()
    var proxy: Proxy?
    /// The form in which objects are asked for first; JSON is always accepted as well.
    package var contentType = WireFormat.protobuf
    /// Sent with each request: `servicelet/1.0`.
    package var userAgent = "servicelet"

    var limits = Reflector.Limits()
    /// Bytes of one list, or one page, at most.
    var responseLimit = 64 << 20
    var connectTimeout: Duration = .seconds(10)

    /// A server that is reached without credentials, as with `--master http://127.0.0.1:8080`.
    package init(server: ServerAddress) { self.server = server }
}

/// How we identify ourselves. Each part may be absent; a plug-in stands alone.
struct Authentication: Sendable, Hashable {
    /// Names the entry in errors: `/etc/kubernetes/proxy.conf: user "proxy"`.
    var origin = ""
    var token: String?
    /// Takes precedence over `token` as long as it can be read.
    var tokenFile: String?
    var clientCertificate: Material?
    var clientKey: Material?
    var plugin: ExecPlugin.Configuration?
}
