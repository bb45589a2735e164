extension KubeconfigEntry {
    /// A `cluster`: server, certificate authority, proxy.
    func cluster() throws(ClientError) -> KubernetesClientConfiguration {
        guard let text = try string("server") else {
            throw error("server", "is not set; write the URL of the API server there, such as https://10.0.0.1:6443")
        }
        guard let server = ServerAddress(text) else {
            throw error("server", "\"\(text)\" is not the URL of a server; write one such as https://10.0.0.1:6443")
        }
        var configuration = KubernetesClientConfiguration(server: server)
        configuration.tls = try tls()
        configuration.proxy = try string("proxy-url").map { text throws(ClientError) in try proxy(text) }
        return configuration
    }

    private func tls() throws(ClientError) -> KubernetesClientConfiguration.TLS {
        var tls = KubernetesClientConfiguration.TLS()
        tls.certificateAuthority = try material("certificate-authority")
        tls.serverName = try string("tls-server-name")
        if let name = tls.serverName, name.contains(":") || name.allSatisfy({ $0.isNumber || $0 == "." }) {
            throw error(
                "tls-server-name", "\"\(name)\" is an address; write a DNS name of the server's certificate there")
        }
        switch try string("insecure-skip-tls-verify") {
        case nil, "false"?: break
        case "true"?:
            guard tls.certificateAuthority == nil else {
                throw error(
                    "insecure-skip-tls-verify", "cannot be combined with certificate-authority; remove one of the two")
            }
            tls.skipsVerification = true
        case let other?:
            throw error(
                "insecure-skip-tls-verify",
                "\"\(other)\" is neither true nor false; TLS stays verified unless it is true")
        }
        return tls
    }

    private func proxy(_ text: String) throws(ClientError) -> KubernetesClientConfiguration.Proxy {
        do throws(KubernetesClientConfiguration.Proxy.Mistake) {
            return try KubernetesClientConfiguration.Proxy(text)
        } catch {
            throw self.error("proxy-url", error.reason)
        }
    }
}
