import Foundation

extension KubernetesClientConfiguration {
    /// The folder in which a Pod finds its cluster's token and certificate authority.
    package static let serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// Finds out how to reach the API server, in this order: the file `kubeconfig` (the flag `--kubeconfig`); the files
    /// in `KUBECONFIG`; the URL `master` alone; the Pod that we run in. With a kubeconfig, `master`
    /// replaces its server.
    ///
    /// If a kubeconfig names no proxy, `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` apply.
    ///
    /// Throws an error that names file, entry, field and remedy.
    package static func load(
        kubeconfig: String?, master: String?, environment: [String: String],
        serviceAccountFolder: String = serviceAccountFolder
    ) throws(ClientError) -> KubernetesClientConfiguration {
        var configuration = try direct(
            kubeconfig: kubeconfig, master: server(master), environment: environment, folder: serviceAccountFolder)
        if configuration.proxy == nil {
            configuration.proxy = try ProxyEnvironment(environment).proxy(to: configuration.server)
        }
        return configuration
    }

    private static func direct(
        kubeconfig: String?, master: ServerAddress?, environment: [String: String], folder: String
    ) throws(ClientError) -> KubernetesClientConfiguration {
        if let files = files(kubeconfig: kubeconfig, environment: environment) {
            var configuration = try Kubeconfig(files: files).configuration()
            if let master { configuration.server = master }
            return configuration
        }
        if let master { return KubernetesClientConfiguration(server: master) }
        return try inCluster(environment: environment, folder: folder)
    }

    private static func server(_ master: String?) throws(ClientError) -> ServerAddress? {
        guard let master, !master.isEmpty else { return nil }
        if let server = ServerAddress(master, defaultScheme: "http") { return server }
        throw ClientError(
            .configuration,
            "--master: \"\(master)\" is not the URL of a server; write one such as https://10.0.0.1:6443")
    }

    private static func files(kubeconfig: String?, environment: [String: String]) -> [String]? {
        if let kubeconfig, !kubeconfig.isEmpty { return [absolute(kubeconfig)] }
        let list = (environment["KUBECONFIG"] ?? "").split(separator: ":").map { absolute(String($0)) }
        return list.isEmpty ? nil : list
    }

    private static func absolute(_ path: String) -> String { URL(filePath: path).path }

    private static func inCluster(
        environment: [String: String], folder: String
    ) throws(ClientError) -> KubernetesClientConfiguration {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], let port = environment["KUBERNETES_SERVICE_PORT"]
        else {
            throw ClientError(
                .configuration,
                "nothing says where the API server is: there is no --kubeconfig, no KUBECONFIG, no --master, and we "
                    + "run outside of a Pod (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set); give "
                    + "one of them"
            )
        }
        guard let server = ServerAddress("https://\(host.contains(":") ? "[\(host)]" : host):\(port)") else {
            throw ClientError(
                .configuration,
                "KUBERNETES_SERVICE_HOST \"\(host)\" and KUBERNETES_SERVICE_PORT \"\(port)\" do not make the address "
                    + "of a server"
            )
        }
        var configuration = KubernetesClientConfiguration(server: server)
        configuration.tls.certificateAuthority = .file("\(folder)/ca.crt")
        configuration.authentication = Authentication(origin: "service account", tokenFile: "\(folder)/token")
        for file in ["\(folder)/token", "\(folder)/ca.crt"] where !FileManager.default.isReadableFile(atPath: file) {
            throw ClientError(
                .configuration,
                "cannot read \(file), which every Pod with a service account has; check that "
                    + "automountServiceAccountToken is not false"
            )
        }
        return configuration
    }
}
