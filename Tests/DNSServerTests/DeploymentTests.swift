import Foundation
import InternetAddresses
import KubernetesObjects
import Testing

@testable import DNSServer

/// The contents of `deploy/`: an API server accepts every object, and the DNS server every Corefile.
@Suite("Manifests to deploy")
struct DeploymentTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../deploy").standardized

    private func documents(_ file: String) throws -> [Document] {
        let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
        return try text.split(separator: "\n---\n").map { part in
            let (value, duplicates) = try YAMLReader.parse(Array(part.utf8))
            #expect(duplicates.isEmpty)
            return Document(try #require(value.object))
        }
    }

    /// Decodes without dropping anything, and validates.
    private func check(_ json: JSONValue, _ version: String, kind: String) throws {
        let definition = try #require(
            ResourceTable.kubernetes.definition(GroupVersion(version), kind: kind), "\(version) \(kind)")
        let (document, warnings) = try definition.decode(json, fieldValidation: .strict)
        #expect(warnings.isEmpty)
        try definition.validateForCreate(document)
    }

    @Test("the Deployment that replaces CoreDNS's is valid")
    func deployment() throws {
        let documents = try documents("dns.yaml")
        #expect(documents.map { $0["kind"]?.string } == ["Deployment"])
        for document in documents { try check(.object(document.object), "apps/v1", kind: "Deployment") }
    }

    @Test("the cache on each node is valid, and its Corefile is understood")
    func nodeCache() throws {
        let documents = try documents("dns-node-cache.yaml")
        #expect(documents.map { $0["kind"]?.string } == ["ConfigMap", "DaemonSet"])
        try check(.object(documents[0].object), "v1", kind: "ConfigMap")
        // There is no DaemonSet kind here; its Pods are like any others.
        var pod = try #require(documents[1][path: "spec", "template"]?.object)
        var metadata = try #require(pod["metadata"]?.object)
        metadata["name"] = "node-dns"
        metadata["namespace"] = "kube-system"
        pod["metadata"] = .object(metadata)
        pod["kind"] = "Pod"
        pod["apiVersion"] = "v1"
        try check(.object(pod), "v1", kind: "Pod")
        #expect(documents[1][path: "spec", "selector", "matchLabels"] == metadata["labels"])

        let text = try #require(documents[0][path: "data", "Corefile"]?.string)
        let surroundings = Corefile.Surroundings(environment: [:]) { _ throws(DNSConfigurationError) in
            ResolverConfiguration("nameserver 192.0.2.1")
        }
        let configuration = try Corefile.read(text, surroundings: surroundings)
        #expect(configuration.servers.map { $0.bind.map(\.description) } == [["169.254.20.10"]])
        #expect(configuration.health?.address == "169.254.20.10:8080")
        #expect(configuration.servers.first?.cache?.stale != nil)
    }
}
