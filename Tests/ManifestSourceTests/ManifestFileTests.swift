import Foundation
import InternetAddresses
import KubernetesAPI
import KubernetesTestKit
import Testing

@testable import ManifestSource

@Suite struct ManifestFileTests {
    private let web = """
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          creationTimestamp: null
        spec:
          clusterIP: 10.96.0.5
          ports:
          - port: 80
            name: http
            targetPort: web
            protocol:
          - {port: 443, name: https, targetPort: 8443}
        """

    private func read(_ text: String) -> ManifestFile { ManifestFile(Array(text.utf8)) }

    @Test("a Service in YAML gets the same defaults as one from an API server")
    func service() throws {
        let file = read(web)
        #expect(file.problems.isEmpty)
        guard case .service(let service) = file.entries.first?.object else {
            Issue.record("no Service")
            return
        }
        #expect(service.metadata.namespacedName.description == "default/web")
        #expect(service.clusterIPs == [try #require(IPAddress("10.96.0.5"))])
        #expect(
            service.ports == [
                ServicePort(name: "http", port: 80, targetPort: .name("web")),
                ServicePort(name: "https", port: 443, targetPort: .number(8443)),
            ])
    }

    @Test("a file may hold several documents, including empty ones")
    func documents() {
        let file = read("---\n# nothing\n---\n\(web)\n---\n\n---\nkind: Node\napiVersion: v1\nmetadata: {name: n1}\n")
        #expect(file.problems.isEmpty)
        #expect(file.entries.map(\.object.key.description) == ["Service default/web", "Node n1"])
    }

    @Test("items inherit the kind of their list, and a List may contain lists")
    func lists() {
        let file = read(
            """
            kind: List
            apiVersion: v1
            items:
            - kind: ServiceList
              apiVersion: v1
              items:
              - metadata: {name: a}
                spec: {clusterIP: None}
            - kind: EndpointSliceList
              apiVersion: discovery.k8s.io/v1
              items:
              - metadata: {name: a-1}
                addressType: IPv4
            - kind: NodeList
              apiVersion: v1
              items:
              - metadata: {name: n1}
            - kind: ServiceList
              apiVersion: v1
              items:
            """)
        #expect(file.problems.isEmpty)
        #expect(
            file.entries.map(\.object.key.description)
                == ["Service default/a", "EndpointSlice default/a-1", "Node n1"])
        #expect(file.entries.map(\.line) == [7, 12, 17])
    }

    @Test("other kinds are ignored, even those that share a name with ours")
    func strangers() {
        let text = """
            kind: Deployment
            apiVersion: apps/v1
            metadata: 3
            ---
            kind: Service
            apiVersion: serving.knative.dev/v1
            ---
            kind: Pod
            apiVersion: v1
            metadata: 3
            """
        let file = ManifestFile(Array(text.utf8), kinds: [.service, .endpointSlice])
        #expect(file.entries.isEmpty && file.problems.isEmpty)
        #expect(file.strangers.map(\.kind) == ["apps/v1 Deployment", "serving.knative.dev/v1 Service", "v1 Pod"])
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        var text: String
        var line: Int
        var message: String
        var testDescription: String { text }
    }

    @Test(
        "a mistake is named with its line",
        arguments: [
            Mistake(text: "kind: Service\napiVersion: v1\nmetadata: {}", line: 3, message: "metadata.name"),
            Mistake(
                text:
                    "---\nkind: Service\napiVersion: v1\nmetadata:\n  name: a\nspec:\n  ports:\n  - port: 1\n    "
                    + "name: x\n  - name: y\n    port: 99999\n",
                line: 11, message: "Service default/a: spec.ports[1].port: 99999 is not a port"),
            Mistake(
                text: "kind: Service\napiVersion: v1\nmetadata:\n  name: a\nspec:\n  ports:\n  - port: eighty\n",
                line: 7, message: "spec.ports[0].port: this is not a number"),
            Mistake(
                text:
                    "{\n\"kind\": \"Service\", \"apiVersion\": \"v1\",\n\"metadata\": {\"name\": \"a\"},\n\"spec\": "
                    + "{\n\t\"ports\": [{\n\t\t\"port\": 0}]}}",
                line: 6, message: "spec.ports[0].port: 0 is not a port"),
            Mistake(text: "kind: Service\napiVersion: v2\n", line: 2, message: "apiVersion: “v2” is not read; use v1"),
            Mistake(text: "\n\nmetadata:\n  name: a\n", line: 3, message: "the kind is missing"),
            Mistake(text: "hello", line: 1, message: "this is not an object"),
            Mistake(text: "kind: List\nitems: 3", line: 2, message: "items of a List"),
            Mistake(text: "kind: Service\nspec: [\n", line: 3, message: "this is not YAML"),
            Mistake(text: "kind: Service\n\tspec:\n", line: 2, message: "this is not YAML"),
            Mistake(text: "kind: Service\napiVersion: v1\nkind: Service\n", line: 1, message: "appears here twice"),
            Mistake(
                text:
                    "kind: Node\napiVersion: v1\nmetadata: {name: n}\n---\nkind: Node\napiVersion: v1\nmetadata: "
                    + "{name: n}\n",
                line: 5, message: "Node n: the object is also at line 1 of this file"),
        ])
    func mistakes(mistake: Mistake) throws {
        let file = read(mistake.text)
        #expect(file.problems.count == 1)
        let problem = try #require(file.problems.first)
        #expect(problem.line == mistake.line)
        let message = problem.error.object.isEmpty ? problem.error.reason : problem.error.description
        #expect(message.contains(mistake.message), "\(message)")
    }

    @Test("bytes that are not text are refused")
    func noText() {
        #expect(ManifestFile([0xFF, 0xFE, 0x00]).problems.count == 1)
        #expect(ManifestFile([0x61, 0x00, 0x62]).problems.count == 1)
    }

    @Test("endless nesting is a problem of the file, not of the process", arguments: ["[", "{a: ", "- "])
    func nesting(opening: String) {
        #expect(read(String(repeating: opening, count: 50_000)).problems.count == 1)
        #expect(
            !read("kind: Service\napiVersion: v1\nspec: \(String(repeating: opening, count: 50_000))").problems.isEmpty)
    }

    @Test("exponentially growing aliases cost nothing unless they are read")
    func aliases() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x]\n"
        for level in 1..<40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1)]\n" }
        #expect(read("\(text)kind: Node\napiVersion: v1\nmetadata: {name: n1}").entries.count == 1)
    }

    @Test("JSON with kubectl's escapes is read")
    func jsonEscapes() {
        let text =
            #"{"kind":"Node","apiVersion":"v1","metadata":{"name":"n1","annotations":{"a":"\u003c \/ \u2028 \b😀"}}}"#
        #expect(read(text).entries.map(\.object.key.description) == ["Node n1"])
    }

    @Test("any truncated manifest leads to a problem at worst")
    func truncations() {
        let bytes = Array(web.utf8)
        for count in bytes.indices { _ = ManifestFile(Array(bytes[..<count])) }
    }

    @Test("manifests of the recorded clusters are read as the API server's objects")
    func scenarios() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: Fixtures.scenarios.path)
        where !name.hasSuffix(".md") {
            let folder = Fixtures.scenarios.appending(path: name)
            func objects(_ file: String) throws -> [ObjectKey: KubernetesObject] {
                let file = ManifestFile([UInt8](try Data(contentsOf: folder.appending(path: file))))
                #expect(file.problems.isEmpty && file.strangers.isEmpty)
                #expect(!file.entries.isEmpty)
                return Dictionary(uniqueKeysWithValues: file.entries.map { ($0.object.key, $0.object.withoutHistory) })
            }
            let written = try objects("objects.yaml")
            let served = try objects("served.json")
            for (key, object) in written { #expect(served[key] == object, "\(name)") }
            #expect(Set(served.keys).subtracting(written.keys).allSatisfy { $0.kind == .node })
        }
    }
}

extension KubernetesObject {
    /// The object without what only an API server knows: version, creation time, the families of a cluster.
    fileprivate var withoutHistory: KubernetesObject {
        switch self {
        case .service(var service):
            service.metadata.resourceVersion = ""
            service.metadata.creationTime = 0
            if service.isHeadless { service.ipFamilies = [] }
            return .service(service)
        case .endpointSlice(var slice):
            slice.metadata.resourceVersion = ""
            slice.metadata.creationTime = 0
            return .endpointSlice(slice)
        case .node, .serviceCIDR, .namespace, .pod:
            return self
        }
    }
}
