extension KubeconfigEntry {
    /// A `user`: token, certificate or plug-in.
    func user(cluster: KubeconfigEntry) throws(ClientError) -> Authentication {
        if has("username") || has("password") {
            throw error(
                "username", "passwords are not accepted by Kubernetes since 1.19; use a token or a client certificate")
        }
        if has("as") {
            throw error("as", "to act in another's name is not supported; give the user of its own the rights it needs")
        }
        if let provider = try entry("auth-provider") {
            let name = try provider.string("name") ?? "unnamed"
            throw error(
                "auth-provider",
                "\"\(name)\" was removed from Kubernetes in 1.26; use exec with the plug-in of your provider")
        }
        var authentication = Authentication(origin: "\(file): \(path)")
        authentication.token = try string("token")
        authentication.tokenFile = try file("tokenFile")
        authentication.clientCertificate = try material("client-certificate")
        authentication.clientKey = try material("client-key")
        switch (authentication.clientCertificate, authentication.clientKey) {
        case (.some, nil): throw error("client-key", "is not set beside client-certificate; both are needed")
        case (nil, .some): throw error("client-certificate", "is not set beside client-key; both are needed")
        default: break
        }
        authentication.plugin = try entry("exec").map { exec throws(ClientError) in
            try exec.plugin(cluster: cluster)
        }
        return authentication
    }

    private func plugin(cluster: KubeconfigEntry) throws(ClientError) -> ExecPlugin.Configuration {
        guard let version = try string("apiVersion") else {
            throw error("apiVersion", "is not set; write client.authentication.k8s.io/v1 there")
        }
        guard let version = ExecPlugin.Version(rawValue: version) else {
            throw error("apiVersion", "\"\(version)\" is not supported; use client.authentication.k8s.io/v1 or v1beta1")
        }
        guard let command = try string("command") else {
            throw error("command", "is not set; write the program that makes credentials there")
        }
        if try string("interactiveMode") == "Always" {
            throw error("interactiveMode", "is Always, and a daemon has no terminal; use Never or IfAvailable")
        }
        var plugin = ExecPlugin.Configuration(
            version: version, command: command.contains("/") ? absolute(command) : command,
            arguments: try strings("args"))
        plugin.installHint = try string("installHint")
        for variable in try entries("env", label: { "\(path): env[\($0)]" }) {
            guard let name = try variable.string("name") else { throw variable.error("name", "is not set") }
            plugin.environment[name] = try variable.string("value") ?? ""
        }
        if try string("provideClusterInfo") == "true" { plugin.cluster = try cluster.clusterInfo() }
        return plugin
    }

    /// The cluster information for plug-ins that request it.
    private func clusterInfo() throws(ClientError) -> ExecPlugin.Cluster {
        let authority = try material("certificate-authority").map { material throws(ClientError) in try material.read()
        }
        return ExecPlugin.Cluster(
            server: try string("server") ?? "", serverName: try string("tls-server-name"),
            skipsVerification: try string("insecure-skip-tls-verify") == "true",
            certificateAuthority: authority, proxy: try string("proxy-url"))
    }
}
