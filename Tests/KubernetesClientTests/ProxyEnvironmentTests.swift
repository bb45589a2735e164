import Testing

@testable import KubernetesClient

@Suite struct ProxyEnvironmentTests {
    private func proxy(to url: String, _ environment: [String: String]) throws -> String? {
        let server = try #require(ServerAddress(url))
        return try ProxyEnvironment(environment).proxy(to: server).map { "\($0.host):\($0.port)" }
    }

    @Test func `the scheme of the server says which variable counts, in capitals or not`() throws {
        let environment = ["HTTPS_PROXY": "http://secure:1", "http_proxy": "plain:2"]
        #expect(try proxy(to: "https://10.0.0.1:6443", environment) == "secure:1")
        #expect(try proxy(to: "http://10.0.0.1:8080", environment) == "plain:2")
        #expect(try proxy(to: "https://10.0.0.1:6443", [:]) == nil)
        #expect(try proxy(to: "https://10.0.0.1:6443", ["HTTPS_PROXY": ""]) == nil)
    }

    @Test(arguments: [
        "*", "10.0.0.1", "10.0.0.1:6443", "a,10.0.0.0/8", " 10.0.0.0/31 ", "0.0.0.0/0",
    ])
    func `NO_PROXY exempts addresses and networks`(exempt: String) throws {
        let environment = ["HTTPS_PROXY": "p:1", "NO_PROXY": exempt]
        #expect(try proxy(to: "https://10.0.0.1:6443", environment) == nil)
        if exempt != "*", exempt != "0.0.0.0/0" {
            #expect(try proxy(to: "https://11.0.0.1:6443", environment) == "p:1")
        }
    }

    @Test func `NO_PROXY exempts names and their subdomains`() throws {
        let environment = ["HTTPS_PROXY": "p:1", "no_proxy": "example.com,.internal,fd00::/16"]
        #expect(try proxy(to: "https://example.com", environment) == nil)
        #expect(try proxy(to: "https://api.example.com", environment) == nil)
        #expect(try proxy(to: "https://notexample.com", environment) == "p:1")
        #expect(try proxy(to: "https://api.internal", environment) == nil)
        #expect(try proxy(to: "https://internal", environment) == "p:1")
        #expect(try proxy(to: "https://[fd00::1]:6443", environment) == nil)
        #expect(try proxy(to: "https://[fd01::1]:6443", environment) == "p:1")
    }

    @Test(arguments: ["https://localhost:6443", "https://127.0.0.1:6443", "https://[::1]:6443"])
    func `this machine is never reached through a proxy`(url: String) throws {
        #expect(try proxy(to: url, ["HTTPS_PROXY": "p:1"]) == nil)
    }

    @Test func `a mistake names the variable`() throws {
        let error = try #require(throws: ClientError.self) { try proxy(to: "https://h", ["HTTPS_PROXY": "https://p"]) }
        #expect(error.message == "HTTPS_PROXY: https scheme is not supported; use http:// or socks5://")
    }

    @Test func `a proxy in the kubeconfig wins`() async throws {
        let kubeconfig = """
            clusters: [{name: c, cluster: {server: "https://10.0.0.1:6443", proxy-url: "socks5://mine"}}]
            contexts: [{name: x, context: {cluster: c}}]
            current-context: x
            """
        try await withTemporaryFolder { folder in
            let file = try folder.write("kubeconfig", kubeconfig)
            let configuration = try KubernetesClientConfiguration.load(
                kubeconfig: file, master: nil, environment: ["HTTPS_PROXY": "http://theirs:1"])
            #expect(configuration.proxy == .init(isSOCKS: true, host: "mine", port: 1080))
        }
        let master = try KubernetesClientConfiguration.load(
            kubeconfig: nil, master: "https://10.0.0.1:6443", environment: ["HTTPS_PROXY": "http://theirs:1"])
        #expect(master.proxy?.host == "theirs")
    }
}
