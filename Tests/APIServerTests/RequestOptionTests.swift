import KubernetesObjects
import Testing

@testable import APIServer

/// Options in queries, and bodies that cannot be read.
@Suite struct RequestOptionTests {
    private let maps = TestServer.configMaps

    @Test(arguments: ["limit=x", "watch=1&timeoutSeconds=x"])
    func numbersMustBeNumbers(query: String) async throws {
        let answer = try await TestServer().send("GET", "\(maps)?\(query)")
        #expect(answer.status == 400)
        #expect(answer.message == #"strconv.ParseInt: parsing "x": invalid syntax"#)
    }

    @Test func anObjectCannotBeReadAtAVersionToCome() async throws {
        let server = try await TestServer()
        try await server.send("POST", maps, TestServer.configMap("a"))
        #expect(try await server.send("GET", "\(maps)/a?resourceVersion=1").status == 200)
        let answer = try await server.send("GET", "\(maps)/a?resourceVersion=99999")
        #expect(answer.status == 504)
        #expect(answer.message.hasPrefix("Timeout: Too large resource version: 99999, current: "))
    }

    @Test func namesOfFieldManagersAreBounded() async throws {
        let name = String(repeating: "a", count: 129)
        let answer = try await TestServer().send("POST", "\(maps)?fieldManager=\(name)", TestServer.configMap("a"))
        #expect(answer.status == 422)
        #expect(
            answer.message
                == "CreateOptions.meta.k8s.io \"\" is invalid: fieldManager: Too long: may not be more than 128 bytes")
    }

    @Test func deletionTimesCannotBeWritten() async throws {
        let server = try await TestServer()
        try await server.send("POST", maps, TestServer.configMap("a"))
        let patch: JSONValue = ["metadata": ["deletionTimestamp": "2026-01-01T00:00:00Z"]]
        let answer = try await server.send("PATCH", "\(maps)/a", patch, type: "application/merge-patch+json")
        #expect(
            answer.message
                == "ConfigMap \"a\" is invalid: metadata.deletionTimestamp: Invalid value: \"2026-01-01T00:00:00Z\": "
                + "field is immutable")
    }

    @Test(arguments: [
        ("kind: ConfigMap", "invalid character 'k' looking for beginning of value (6b696e643a20436f6e6669674d6170)"),
        (
            "{\"kind\": \"ConfigMap\", \"data\": {}",
            "unexpected end of JSON input ({\"kind\": \"ConfigMap\", \"data\":  ...)"
        ),
    ])
    func saysHowAnUnreadableBodyBegins(body: String, ending: String) async throws {
        let server = try await TestServer()
        let request = APIRequest(
            method: "POST", target: maps, headers: [("content-type", "application/json")], body: Array(body.utf8),
            certificate: TestServer.admin)
        guard case .bytes(let bytes) = await server.router.respond(to: request).body else {
            Issue.record("there is no answer")
            return
        }
        let message = try JSONParser.parse(bytes)["message"]?.string ?? ""
        #expect(message.hasSuffix("couldn't get version/kind; json parse error: \(ending)"), "\(message)")
    }
}

/// What the server adds to objects of some kinds, and how it shows parts of them.
@Suite struct PartsOfObjectsTests {
    private let ingresses = "/apis/networking.k8s.io/v1/namespaces/default/ingresses"
    private let deployments = "/apis/apps/v1/namespaces/default/deployments"

    private func makeClass(_ server: TestServer, _ name: String, isDefault: String) async throws {
        let body: JSONValue = [
            "kind": "IngressClass", "apiVersion": "networking.k8s.io/v1",
            "metadata": [
                "name": .string(name),
                "annotations": ["ingressclass.kubernetes.io/is-default-class": .string(isDefault)],
            ],
            "spec": ["controller": "example.com/c"],
        ]
        let answer = try await server.send("POST", "/apis/networking.k8s.io/v1/ingressclasses", body)
        #expect(answer.status == 201)
    }

    private func ingress(_ name: String, annotations: JSONValue = [:]) -> JSONValue {
        [
            "kind": "Ingress", "apiVersion": "networking.k8s.io/v1",
            "metadata": ["name": .string(name), "annotations": annotations],
            "spec": ["defaultBackend": ["service": ["name": "web", "port": ["number": 80]]]],
        ]
    }

    @Test func anIngressWithoutAClassGetsTheDefaultOne() async throws {
        let server = try await TestServer()
        try await makeClass(server, "other", isDefault: "false")
        let early = try await server.send("POST", ingresses, ingress("early"))
        #expect(early.document.spec["ingressClassName"] == nil)
        try await makeClass(server, "own", isDefault: "true")
        let late = try await server.send("POST", ingresses, ingress("late"))
        #expect(late.document.spec["ingressClassName"] == "own")
        let old = try await server.send(
            "POST", ingresses, ingress("old", annotations: ["kubernetes.io/ingress.class": "x"]))
        #expect(old.document.spec["ingressClassName"] == nil)
    }

    @Test func aScaleHasColumnsOfItsOwn() async throws {
        let server = try await TestServer()
        let body: JSONValue = [
            "kind": "Deployment", "apiVersion": "apps/v1", "metadata": ["name": "web"],
            "spec": [
                "replicas": 3, "selector": ["matchLabels": ["a": "b"]],
                "template": [
                    "metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "c", "image": "i"]]],
                ],
            ],
        ]
        #expect(try await server.send("POST", deployments, body).status == 201)
        let accept = [("accept", "application/json;as=Table;v=v1;g=meta.k8s.io")]
        let table = try await server.send("GET", "\(deployments)/web/scale", headers: accept).json
        let names = table["columnDefinitions"]?.array?.compactMap { $0["name"]?.string }
        #expect(names == ["Name", "Desired", "Available", "Age"])
        let cells = table["rows"]?.array?.first?["cells"]?.array ?? []
        #expect(Array(cells.prefix(3)) == ["web", 3, 0])
    }

    @Test func ephemeralContainersAreAddedOnly() async throws {
        let server = try await TestServer()
        let pods = "/api/v1/namespaces/default/pods"
        let pod: JSONValue = [
            "kind": "Pod", "apiVersion": "v1", "metadata": ["name": "web"],
            "spec": ["containers": [["name": "c", "image": "i"]]],
        ]
        #expect(try await server.send("POST", pods, pod).status == 201)
        let path = "\(pods)/web/ephemeralcontainers"
        let type = "application/strategic-merge-patch+json"
        let added = try await server.send(
            "PATCH", path, ["spec": ["ephemeralContainers": [["name": "e", "image": "i"]]]], type: type)
        #expect(added.status == 200, "\(added.message)")
        let removed = try await server.send(
            "PATCH", path, ["spec": ["ephemeralContainers": .null]], type: "application/merge-patch+json")
        #expect(removed.message.contains("existing ephemeral containers \"e\" may not be removed"))
    }

    @Test func aNodeHasNoNegativeCapacity() async throws {
        let server = try await TestServer()
        let node: JSONValue = ["kind": "Node", "apiVersion": "v1", "metadata": ["name": "n"]]
        #expect(try await server.send("POST", "/api/v1/nodes", node).status == 201)
        let answer = try await server.send(
            "PATCH", "/api/v1/nodes/n/status", ["status": ["capacity": ["cpu": "-1"]]],
            type: "application/merge-patch+json")
        #expect(
            answer.message
                == """
                Node \"n\" is invalid: status.capacity.cpu: Invalid value: \"-1\": must be greater than or equal to 0
                """
        )
    }

    @Test func aTokenEndsWithTheObjectThatItIsBoundTo() async throws {
        let server = try await TestServer()
        let accounts = "/api/v1/namespaces/default/serviceaccounts"
        try await server.send(
            "POST", accounts, ["kind": "ServiceAccount", "apiVersion": "v1", "metadata": ["name": "robot"]])
        let request: JSONValue = [
            "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
            "spec": ["boundObjectRef": ["kind": "Secret", "apiVersion": "v1", "name": "key"]],
        ]
        let early = try await server.send("POST", "\(accounts)/robot/token", request)
        #expect(early.message == "secrets \"key\" not found")
        let secrets = "/api/v1/namespaces/default/secrets"
        try await server.send("POST", secrets, ["kind": "Secret", "apiVersion": "v1", "metadata": ["name": "key"]])
        let answer = try await server.send("POST", "\(accounts)/robot/token", request)
        let token = try #require(answer.json[path: "status", "token"]?.string)
        let headers = [("authorization", "Bearer \(token)")]
        #expect(try await server.send("GET", secrets, as: nil, headers: headers).status == 403)
        try await server.send("DELETE", "\(secrets)/key")
        #expect(try await server.send("GET", secrets, as: nil, headers: headers).status == 401)
    }
}
