import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

extension RequestFailure {
    /// Describes a failure in the network or in TLS.
    init(_ error: any Error, configuration: KubernetesClientConfiguration) {
        self =
            switch error {
            case let failure as RequestFailure: failure
            case let error as ClientError: .credentials("\(error)")
            case let error as NIOConnectionError: Self.connection(error)
            case let error as IOError: Self.io(error)
            case let error as NIOSSLExtraError: .connection(Self.text(error, configuration: configuration))
            case is NIOSSLError, is BoringSSLError:
                .connection(Self.text(tls: "\(error)", configuration: configuration))
            case let error as HTTPClientError: .connection(Self.text(error, configuration: configuration))
            case is FrameDecoder.FrameTooLarge:
                .unreadable("an event is larger than \(FrameDecoder.standardLimit >> 20) MiB")
            default: .connection("\(error)")
            }
    }

    private static func connection(_ error: NIOConnectionError) -> RequestFailure {
        guard let last = error.connectionErrors.last else {
            return .connection("there is no address for the name \(error.host); check that DNS knows it")
        }
        if let error = last.error as? IOError { return io(error) }
        return .connection("no connection: \(last.error)")
    }

    private static func io(_ error: IOError) -> RequestFailure {
        if error.errnoCode == ECONNREFUSED { return .refused }
        return .connection("the connection failed: \(String(cString: strerror(error.errnoCode)))")
    }

    private static func text(_ error: HTTPClientError, configuration: KubernetesClientConfiguration) -> String {
        switch error {
        case .connectTimeout:
            "no connection within \(configuration.connectTimeout.inSeconds); check that the address is right and that "
                + "no firewall drops the packets"
        case .remoteConnectionClosed: "the connection was closed before the answer was complete"
        case .tlsHandshakeTimeout: "the TLS handshake did not end; check that the server speaks TLS on this port"
        case .proxyAuthenticationRequired: "the proxy wants a user and a password; write them in proxy-url"
        case .invalidProxyResponse: "the proxy refused the connection"
        default: error.shortDescription
        }
    }

    /// `detail` is BoringSSL's name for the failure; only its names are stable enough to match.
    private static func text(tls detail: String, configuration: KubernetesClientConfiguration) -> String {
        if detail.contains("CERTIFICATE_VERIFY_FAILED") {
            let authority =
                configuration.tls.certificateAuthority == nil
                ? "one that this system trusts; set certificate-authority in the kubeconfig"
                : "the one in certificate-authority; check that the kubeconfig belongs to this cluster and that the "
                    + "certificate has not expired"
            return "its certificate is not from a certificate authority that we know: not from \(authority)"
        }
        if detail.contains("WRONG_VERSION_NUMBER") { return "it does not speak TLS; check that the URL is right" }
        if detail.contains("_ALERT_") && detail.contains("CERT") {
            return "it does not accept our client certificate; see client-certificate in the kubeconfig (\(detail))"
        }
        return "TLS failed: \(detail)"
    }

    private static func text(_ error: NIOSSLExtraError, configuration: KubernetesClientConfiguration) -> String {
        guard error == .failedToValidateHostname else { return "TLS failed: \(error)" }
        let name = configuration.tls.serverName ?? configuration.server.host
        return
            "its certificate is not issued to \(name); set tls-server-name in the kubeconfig to a name in the "
            + "certificate"
    }
}
