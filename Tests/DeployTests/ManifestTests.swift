import Foundation
import KubernetesObjects
import Testing

@testable import KubeProxyConfig

/// The files in deploy/, read as an API server would with `fieldValidation=Strict`.
@Suite("Deployment manifests")
struct ManifestTests {
    private func text(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "deploy/\(path)"), encoding: .utf8)
    }

    private func documents(_ path: String) throws -> [JSONValue] {
        try text(path).components(separatedBy: "\n---\n").map { try YAMLReader.parse(Array($0.utf8)).value }
    }

    /// Reads an object against its schema and validates it. A DaemonSet is checked as a Deployment with the same
    /// selector and template, because only that schema is available.
    private func check(_ value: JSONValue) throws {
        var value = value
        if value["kind"]?.string == "DaemonSet" {
            value.set("Deployment", at: ["kind"])
            value.set(nil, at: ["spec", "updateStrategy"])
        }
        let version = GroupVersion(value["apiVersion"]?.string ?? "")
        let kind = value["kind"]?.string ?? ""
        let definition = try #require(
            ResourceTable.kubernetes.definition(version, kind: kind), "\(version) \(kind)")
        var (document, _) = try definition.decode(value, fieldValidation: .strict)
        definition.behaviour.prepareForCreate(&document)
        try definition.validateForCreate(document)
    }

    @Test(
        "each manifest follows its schema",
        arguments: [
            "kustomize/serviceaccount.yaml", "kustomize/configmap.yaml", "kustomize/daemonset.yaml",
        ])
    func schemas(path: String) throws {
        for document in try documents(path) { try check(document) }
    }

    @Test(
        "the rendered chart follows the schemas, and its configuration is accepted",
        arguments: ["nftables", "iptables"])
    func chart(mode: String) throws {
        let documents = try documents("../Tests/DeployTests/Rendered/chart-\(mode).yaml").filter { !$0.isNull }
        let kinds = documents.compactMap { $0["kind"]?.string }
        #expect(
            Set(kinds) == ["ServiceAccount", "ConfigMap", "ClusterRole", "ClusterRoleBinding", "DaemonSet"])
        for document in documents {
            let kind = document["kind"]?.string ?? ""
            // The schemas of access rules are not available.
            if !kind.hasPrefix("ClusterRole") { try check(document) }
            guard kind == "ConfigMap" else { continue }
            let file = try #require(document[path: "data", "config.conf"]?.string)
            #expect(try ConfigurationFile.read(file, name: "config.conf").configuration.mode == mode)
        }
    }

    @Test("an unknown member would be found")
    func negative() throws {
        var daemonSet = try #require(try documents("kustomize/daemonset.yaml").first)
        daemonSet.set("x", at: ["spec", "template", "spec", "hostNetworks"])
        #expect(throws: APIStatus.self) { try check(daemonSet) }
    }

    @Test("the role grants exactly what the proxy reads and writes")
    func role() throws {
        let documents = try documents("kustomize/rbac.yaml")
        #expect(documents.compactMap { $0["kind"]?.string } == ["ClusterRole", "ClusterRoleBinding"])
        let rules = try #require(documents.first?["rules"]?.array)
        let granted = rules.flatMap { rule in
            (rule["resources"]?.array ?? []).flatMap { resource in
                (rule["verbs"]?.array ?? []).map { verb in
                    "\(verb.string ?? "") \(rule["apiGroups"]?.array?.first?.string ?? "")/\(resource.string ?? "")"
                }
            }
        }
        #expect(
            Set(granted) == [
                "list /services", "watch /services", "list /nodes", "watch /nodes",
                "list discovery.k8s.io/endpointslices", "watch discovery.k8s.io/endpointslices",
                "list networking.k8s.io/servicecidrs", "watch networking.k8s.io/servicecidrs",
                "create events.k8s.io/events",
            ])
        // The chart grants the same.
        let chart = try text("chart/servicelet/templates/rbac.yaml")
        let own = try text("kustomize/rbac.yaml")
        func section(_ text: String) -> String? {
            text.components(separatedBy: "\nrules:\n").last?.components(separatedBy: "\n---").first
        }
        #expect(section(chart) == section(own))
    }

    @Test("the program accepts the configuration in the ConfigMap")
    func configuration() throws {
        let configMap = try #require(try documents("kustomize/configmap.yaml").first)
        let file = try #require(configMap[path: "data", "config.conf"]?.string)
        let read = try ConfigurationFile.read(file, name: "config.conf")
        #expect(read.configuration.mode == "nftables")
        #expect(read.configuration.clientConnection.kubeconfig == "/etc/servicelet/kubeconfig.conf")
    }

    @Test("alerts and panels use served metrics")
    func metrics() throws {
        let documented =
            try text("../docs/kube-proxy.md") + text("../Sources/KubernetesTestKit/KubeProxy/metrics-further.txt")
            + text("../Sources/KubernetesTestKit/KubeProxy/metrics-iptables.txt")
        for path in ["monitoring/alerts.yaml", "monitoring/dashboard.json"] {
            let names = try text(path).matches(of: /(?:kubeproxy|servicelet|rest_client|process)_[a-z_]+/)
                .map { $0.output.replacing(/_(bucket|sum|count)$/, with: "") }
            #expect(!names.isEmpty)
            for name in Set(names) { #expect(documented.contains(name), "\(path): \(name)") }
        }
    }
}
