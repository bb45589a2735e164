package import KubernetesAPI

/// Which API server to talk to, how to verify it, and how to authenticate to it.
package struct KubernetesClientConfiguration: Sendable {
    /// How we verify the server and which certificate we present.
    struct TLS: Sendable, Hashable {
        /// `nil` for the certificate authorities of the system.
        var certificateAuthority: Material?
        /// The name in the server's certificate, if not the host of the URL.
        var serverName: String?
        /// True only if a kubeconfig says `insecure-skip-tls-verify: true` literally.
        var skipsVerification = false
    }

    /// A forward proxy to the server.
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
    /// The preferred wire format; JSON is always accepted as well.
    package var contentType = WireFormat.protobuf
    /// Sent with each request: `servicelet/1.0`.
    package var userAgent = "servicelet"

    var limits = Reflector.Limits()
    /// The largest list, or page of one, in bytes.
    var responseLimit = 64 << 20
    var connectTimeout: Duration = .seconds(10)

    /// A server that is reached without credentials, as with `--master http://127.0.0.1:8080`.
    package init(server: ServerAddress) { self.server = server }
}

/// How we authenticate. Each part may be absent; a plug-in is used alone.
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
