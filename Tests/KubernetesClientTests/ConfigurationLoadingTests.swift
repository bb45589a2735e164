import TestKit
import Testing

@testable import KubernetesClient

/// Where the client looks for its server.
@Suite struct ConfigurationLoadingTests {
    private static let kubeconfig = """
        clusters: [{name: c, cluster: {server: "https://10.0.0.1:6443"}}]
        users: [{name: u, user: {token: secret}}]
        contexts: [{name: x, context: {cluster: c, user: u}}]
        current-context: x
        """

    private func load(
        _ kubeconfig: String? = nil, master: String? = nil, _ environment: [String: String] = [:],
        folder: String = "/nowhere"
    ) throws -> KubernetesClientConfiguration {
        try .load(kubeconfig: kubeconfig, master: master, environment: environment, serviceAccountFolder: folder)
    }

    @Test func `the flag wins over KUBECONFIG, and both over the Pod`() async throws {
        try await withTemporaryFolder { folder in
            let flag = try folder.write("flag", Self.kubeconfig)
            let other = try folder.write("other", Self.kubeconfig.replacing("10.0.0.1", with: "10.0.0.2"))
            let environment = [
                "KUBECONFIG": "\(folder.path)/absent:\(other)", "KUBERNETES_SERVICE_HOST": "10.96.0.1",
                "KUBERNETES_SERVICE_PORT": "443",
            ]
            #expect(try load(flag, environment).server.host == "10.0.0.1")
            #expect(try load(nil, environment).server.host == "10.0.0.2")
        }
    }

    @Test func `a master takes the place of the server and keeps the credentials`() async throws {
        try await withTemporaryFolder { folder in
            let configuration = try load(folder.write("flag", Self.kubeconfig), master: "https://10.9.9.9:443")
            #expect("\(configuration.server)" == "https://10.9.9.9:443")
            #expect(configuration.authentication.token == "secret")
        }
    }

    @Test func `a master alone is enough`() throws {
        #expect("\(try load(master: "http://127.0.0.1:8080").server)" == "http://127.0.0.1:8080")
        #expect("\(try load(master: "127.0.0.1:8080").server)" == "http://127.0.0.1:8080")
        #expect("\(try load(master: "https://[fd00::1]:6443/").server)" == "https://[fd00::1]:6443")
        let error = try #require(throws: ClientError.self) { try load(master: "://") }
        #expect(error.message.hasPrefix("--master: \"://\" is not the URL of a server; "))
    }

    @Test func `a Pod finds its server, authority and token`() async throws {
        try await withTemporaryFolder { folder in
            try folder.write("token", "t")
            try folder.write("ca.crt", TestCertificates.ca)
            for (host, url) in [("10.96.0.1", "https://10.96.0.1:443"), ("fd00::1", "https://[fd00::1]:443")] {
                let environment = ["KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "443"]
                let configuration = try load(nil, environment, folder: folder.path)
                #expect("\(configuration.server)" == url)
                #expect(configuration.tls.certificateAuthority == .file("\(folder.path)/ca.crt"))
                #expect(configuration.authentication.tokenFile == "\(folder.path)/token")
            }
        }
    }

    @Test func `a Pod without a service account is told`() throws {
        let environment = ["KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"]
        let error = try #require(throws: ClientError.self) { try load(nil, environment) }
        #expect(error.message.contains("automountServiceAccountToken"))
    }

    @Test func `nothing at all names every way`() throws {
        let error = try #require(throws: ClientError.self) { try load() }
        for way in ["--kubeconfig", "KUBECONFIG", "--master", "KUBERNETES_SERVICE_HOST"] {
            #expect(error.message.contains(way))
        }
    }
}
