import Foundation
import Testing

@testable import KubernetesClient

@Suite struct KubeconfigTests {
    /// A kubeconfig with one cluster, one user and one context.
    private func kubeconfig(cluster: String = "server: https://10.0.0.1:6443", user: String = "token: secret") -> String
    {
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: main, cluster: {\(cluster)}}]
        users: [{name: admin, user: {\(user)}}]
        contexts: [{name: here, context: {cluster: main, user: admin}}]
        current-context: here
        """
    }

    private func load(_ texts: String..., folder: TemporaryFolder) throws -> KubernetesClientConfiguration {
        let files = try texts.enumerated().map { try folder.write("kubeconfig\($0)", $1) }
        return try Kubeconfig(files: files).configuration()
    }

    /// The error message for `kubeconfig`, with FILE instead of the path.
    private func mistake(cluster: String = "server: https://10.0.0.1:6443", user: String = "token: secret") async throws
        -> String
    {
        try await mistake(in: kubeconfig(cluster: cluster, user: user))
    }

    private func mistake(in text: String) async throws -> String {
        try await withTemporaryFolder { folder in
            let error = try #require(throws: ClientError.self) { try load(text, folder: folder) }
            return error.message.replacing("\(folder.path)/kubeconfig0", with: "FILE")
        }
    }

    @Test func `server, authority and token are read`() async throws {
        try await withTemporaryFolder { folder in
            let cluster = """
                server: "https://api.example:6443/prefix/", certificate-authority: pki/ca.crt, \
                tls-server-name: kubernetes, proxy-url: "http://me:pass@proxy:3128"
                """
            let configuration = try load(kubeconfig(cluster: cluster), folder: folder)
            #expect("\(configuration.server)" == "https://api.example:6443/prefix")
            #expect(configuration.tls.certificateAuthority == .file("\(folder.path)/pki/ca.crt"))
            #expect(configuration.tls.serverName == "kubernetes")
            #expect(!configuration.tls.skipsVerification)
            #expect(configuration.authentication.token == "secret")
            #expect(
                configuration.proxy
                    == .init(
                        isSOCKS: false, host: "proxy", port: 3128, credentials: .init(user: "me", password: "pass")))
        }
    }

    @Test func `what stands in the file wins over what it points to`() async throws {
        try await withTemporaryFolder { folder in
            let data = Data("key".utf8).base64EncodedString()
            let user = """
                client-certificate: /a.crt, client-certificate-data: \(data), client-key: ../k, tokenFile: t,
                token: 0123
                """
            let authentication = try load(kubeconfig(user: user), folder: folder).authentication
            #expect(authentication.clientCertificate == .data(Array("key".utf8)))
            let parent = URL(filePath: folder.path).deletingLastPathComponent().path
            #expect(try #require(authentication.clientKey) == .file("\(parent)/k"))
            #expect(authentication.tokenFile == "\(folder.path)/t")
            #expect(authentication.token == "0123")
        }
    }

    @Test func `of several files the first that names something counts`() async throws {
        try await withTemporaryFolder { folder in
            let first = """
                current-context: there
                users: [{name: admin, user: {token: mine}}]
                """
            let second = kubeconfig() + "\n"
            let third = """
                contexts: [{name: there, context: {cluster: far, user: admin}}, {name: here, context: {cluster: none}}]
                clusters: [{name: far, cluster: {server: "https://far"}}, {name: main, cluster: {server: "https://no"}}]
                """
            let configuration = try load(first, second, third, folder: folder)
            #expect("\(configuration.server)" == "https://far:443")
            #expect(configuration.authentication.token == "mine")
        }
    }

    @Test func `files of a list may be absent, but not all of them`() async throws {
        try await withTemporaryFolder { folder in
            let file = try folder.write("there", kubeconfig())
            let absent = "\(folder.path)/absent"
            #expect(try Kubeconfig(files: [absent, file]).configuration().server.host == "10.0.0.1")
            let none = try #require(throws: ClientError.self) { try Kubeconfig(files: [absent, absent + "2"]) }
            #expect(none.message.hasPrefix("none of the kubeconfig files exists: \(absent), \(absent)2; "))
            let single = try #require(throws: ClientError.self) { try Kubeconfig(files: [absent]) }
            #expect(single.message.hasPrefix("cannot read the kubeconfig \(absent): No such file or directory; "))
        }
    }

    @Test func `a plug-in is read with its environment and the cluster it wants to know`() async throws {
        try await withTemporaryFolder { folder in
            let user = """
                exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./bin/login, args: [a, "1"], \
                env: [{name: REGION, value: x}], provideClusterInfo: true, interactiveMode: IfAvailable,
                installHint: get it}
                """
            let plugin = try #require(try load(kubeconfig(user: user), folder: folder).authentication.plugin)
            #expect(plugin.version == .v1beta1)
            #expect(plugin.command == "\(folder.path)/bin/login")
            #expect(plugin.arguments == ["a", "1"])
            #expect(plugin.environment == ["REGION": "x"])
            #expect(plugin.cluster?.server == "https://10.0.0.1:6443")
            #expect(plugin.installHint == "get it")
        }
    }

    @Test func `TLS is verified unless the file says true`() async throws {
        try await withTemporaryFolder { folder in
            let cluster = "server: https://h, insecure-skip-tls-verify: "
            let told = try load(kubeconfig(cluster: cluster + "true"), folder: folder)
            let untold = try load(kubeconfig(cluster: cluster + "false"), folder: folder)
            #expect(told.tls.skipsVerification && !untold.tls.skipsVerification)
        }
        for value in ["yes", "1", "True", "on"] {
            #expect(
                try await mistake(cluster: "server: https://h, insecure-skip-tls-verify: \(value)")
                    == "FILE: cluster \"main\": insecure-skip-tls-verify: \"\(value)\" is neither true nor false; TLS "
                    + "stays verified unless it is true"
            )
        }
    }

    @Test(arguments: [
        ("certificate-authority: x", "FILE: cluster \"main\": server: is not set; "),
        ("server: \"ftp://h\"", "FILE: cluster \"main\": server: \"ftp://h\" is not the URL of a server; "),
        (
            "server: h, certificate-authority-data: \"?\"",
            "FILE: cluster \"main\": certificate-authority-data: is not base64; "
        ),
        (
            "server: h, tls-server-name: 10.0.0.1",
            "FILE: cluster \"main\": tls-server-name: \"10.0.0.1\" is an address; "
        ),
        ("server: h, proxy-url: \"https://p\"", "FILE: cluster \"main\": proxy-url: https scheme is not supported; "),
        (
            "server: h, insecure-skip-tls-verify: true, certificate-authority: x",
            "FILE: cluster \"main\": insecure-skip-tls-verify: cannot be combined with certificate-authority; "
        ),
        ("server: [h]", "FILE: cluster \"main\": server: must be a string"),
    ])
    func `a mistake in a cluster is named with its place`(cluster: String, message: String) async throws {
        #expect(try await mistake(cluster: cluster).hasPrefix(message))
    }

    @Test(arguments: [
        (
            "username: u, password: p",
            "FILE: user \"admin\": username: passwords are not accepted by Kubernetes since 1.19; "
        ),
        (
            "auth-provider: {name: gcp}",
            "FILE: user \"admin\": auth-provider: \"gcp\" was removed from Kubernetes in 1.26; "
        ),
        ("token: a, as: jane", "FILE: user \"admin\": as: to act in another's name is not supported; "),
        ("client-certificate: a", "FILE: user \"admin\": client-key: is not set beside client-certificate; "),
        ("exec: {command: c}", "FILE: user \"admin\": exec: apiVersion: is not set; "),
        (
            "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: c}",
            "FILE: user \"admin\": exec: apiVersion: \"client.authentication.k8s.io/v1alpha1\" is not supported; "
        ),
        ("exec: {apiVersion: client.authentication.k8s.io/v1}", "FILE: user \"admin\": exec: command: is not set; "),
        (
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: c, interactiveMode: Always}",
            "FILE: user \"admin\": exec: interactiveMode: is Always, and a daemon has no terminal; "
        ),
        (
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: c, env: [{value: x}]}",
            "FILE: user \"admin\": exec: env[0]: name: is not set"
        ),
    ])
    func `a mistake in a user is named with its place`(user: String, message: String) async throws {
        #expect(try await mistake(user: user).hasPrefix(message))
    }

    @Test(arguments: [
        ("clusters: [", "FILE: this is not YAML: "),
        ("- a", "FILE: this is not a kubeconfig; "),
        ("kind: Config", "FILE: current-context: is not set; "),
        ("current-context: x", "FILE: current-context: there is no context \"x\"; the contexts are empty"),
        (
            "current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\nclusters: [{name: d, cluster: {server: "
                + "h}}]",
            "FILE: context \"x\": cluster: there is no cluster \"c\"; there are: d"
        ),
        ("clusters: [{cluster: {}}]", "FILE: clusters[0]: name: is not set; "),
        ("users: {}", "FILE: users: must be a list"),
    ])
    func `a mistake in the file is named with its place`(text: String, message: String) async throws {
        #expect(try await mistake(in: text).hasPrefix(message))
    }
}
