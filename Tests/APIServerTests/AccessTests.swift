import KubernetesObjects
import Testing

@testable import APIServer

@Suite struct AccessTests {
    private func identity(_ user: String, _ groups: [String] = []) -> Identity {
        Identity(user: user, groups: groups + ["system:authenticated"])
    }

    @Test func nobodyInParticularIsRefusedWithTheReason() async throws {
        let server = try await TestServer()
        let answer = try await server.send("GET", "/api/v1/services", as: nil)
        #expect(answer.status == 403)
        #expect(
            answer.message
                == "services is forbidden: User \"system:anonymous\" cannot list resource \"services\" in API group "
                + "\"\" at the cluster scope"
        )
        #expect(try await server.send("GET", "/readyz", as: nil).status != 403)
    }

    @Test func aWrongTokenIsRefusedEvenBesideACertificate() async throws {
        let server = try await TestServer()
        let answer = try await server.send("GET", "/api/v1/services", headers: [("authorization", "Bearer wrong")])
        #expect(answer.status == 401)
        #expect(answer.message == "Unauthorized")
    }

    @Test func aServiceAccountIsKnownByItsTokenWhileItIsThere() async throws {
        let server = try await TestServer()
        let accounts = "/api/v1/namespaces/kube-system/serviceaccounts"
        let account: JSONValue = ["kind": "ServiceAccount", "apiVersion": "v1", "metadata": ["name": "kube-proxy"]]
        try await server.send("POST", accounts, account)
        let request: JSONValue = ["kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": [:]]
        let answer = try await server.send("POST", "\(accounts)/kube-proxy/token", request)
        let token = try #require(answer.json[path: "status", "token"]?.string)
        let headers = [("authorization", "Bearer \(token)")]
        #expect(try await server.send("GET", "/api/v1/services", as: nil, headers: headers).status == 200)
        let secrets = try await server.send("GET", "/api/v1/secrets", as: nil, headers: headers)
        #expect(secrets.status == 403)
        #expect(secrets.message.contains("User \"system:serviceaccount:kube-system:kube-proxy\" cannot list"))
        try await server.send("DELETE", "\(accounts)/kube-proxy")
        #expect(try await server.send("GET", "/api/v1/services", as: nil, headers: headers).status == 401)
    }

    @Test func onlyTheAdministratorActsAsSomebodyElse() async throws {
        let server = try await TestServer()
        let headers = [("impersonate-user", "nobody")]
        let asNobody = try await server.send("GET", TestServer.services, headers: headers)
        #expect(asNobody.message.contains("User \"nobody\" cannot list resource \"services\""))
        let viewer = ClientCertificate(commonName: "eve", organizations: ["view"])
        let refused = try await server.send("GET", TestServer.services, as: viewer, headers: headers)
        #expect(refused.status == 403)
        #expect(refused.message.contains("User \"eve\" cannot impersonate resource \"users\""))
    }

    @Test(arguments: [
        ("get", "services", true), ("list", "services", true), ("watch", "endpoints", true), ("get", "secrets", false),
        ("create", "services", false), ("delete", "services", false),
    ])
    func viewersRead(verb: String, resource: String, isAllowed: Bool) {
        let action = Authorizer.Action(verb: verb, resource: resource, namespace: "default")
        #expect(Authorizer().allows(action, by: identity("eve", ["view"])) == isAllowed)
    }

    @Test func proxiesReadWhatTheyNeed() {
        let proxy = identity("system:kube-proxy")
        #expect(
            Authorizer().allows(.init(verb: "watch", group: "discovery.k8s.io", resource: "endpointslices"), by: proxy))
        #expect(Authorizer().allows(.init(verb: "list", resource: "services"), by: proxy))
        #expect(!Authorizer().allows(.init(verb: "update", resource: "services", subresource: "status"), by: proxy))
        #expect(!Authorizer().allows(.init(verb: "list", resource: "secrets"), by: proxy))
    }

    @Test func pathsAreAllowedByPrefix() {
        let somebody = identity("somebody")
        #expect(Authorizer().allows(.init(verb: "get", path: "/openapi/v3/api/v1"), by: somebody))
        #expect(!Authorizer().allows(.init(verb: "post", path: "/openapi/v3"), by: somebody))
        #expect(!Authorizer().allows(.init(verb: "get", path: "/metrics"), by: somebody))
        #expect(Authorizer().allows(.init(verb: "get", path: "/livez/ping"), by: .anonymous))
    }
}
