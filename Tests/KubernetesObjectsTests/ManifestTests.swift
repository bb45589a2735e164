import Foundation
import KubernetesObjects
import Testing

/// Plausible manifests, and kubectl's output about them.
struct ManifestTests {
    @Test(arguments: ["services", "endpoints", "ingresses", "others"])
    func namesWhatIsWrong(folder: String) throws {
        let cases = try ManifestCase.all(in: folder)
        #expect(!cases.isEmpty)
        for one in cases {
            // Free addresses and existing namespaces are known only to the store.
            if one.expected.contains("failed to allocate") || one.expected.contains("namespaces \"no-such") { continue }
            #expect(try one.outcome() == one.expected, "\(one.name)")
        }
    }

    @Test func fillsInDefaults() throws {
        for one in try ManifestCase.all(in: "defaults") {
            if one.expected.contains("is invalid") {
                #expect(try one.outcome() == one.expected, "\(one.name)")
                continue
            }
            let lines = one.expected.split(separator: "\n").map(String.init)
            let spec = try #require(lines.last)
            let (document, warnings) = try one.created()
            let expected = try JSONParser.parse(Array(spec.utf8))
            #expect(document["spec"] == expected, "\(one.name)")
            #expect(warnings == lines.dropLast().map { String($0.dropFirst("Warning: ".count)) }, "\(one.name)")
        }
    }
}

/// One manifest and the expectation.
struct ManifestCase {
    var name: String
    var manifest: [UInt8]
    var expected: String

    static func all(in folder: String) throws -> [ManifestCase] {
        let root = try #require(Bundle.module.resourceURL).appendingPathComponent("Manifests/\(folder)")
        let text = try String(contentsOf: root.appendingPathComponent("expected.txt"), encoding: .utf8)
        var cases: [ManifestCase] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("# ") {
                let name = String(line.dropFirst(2))
                let data = try Data(contentsOf: root.appendingPathComponent(name))
                cases.append(ManifestCase(name: name, manifest: Array(data), expected: ""))
            } else if !cases.isEmpty, !line.isEmpty, !line.contains("v1 Endpoints is deprecated") {
                cases[cases.count - 1].expected += (cases[cases.count - 1].expected.isEmpty ? "" : "\n") + line
            }
        }
        return cases
    }

    /// The output of kubectl after `create`.
    func outcome() throws -> String {
        do {
            let (document, _) = try created()
            return "\(document.kind.lowercased())/\(document.name) created"
        } catch let status as APIStatus {
            return shown(status)
        }
    }

    private func shown(_ status: APIStatus) -> String {
        guard status.reason == "Invalid" else {
            return "Error from server (\(status.reason)): error when creating \"\(name)\": \(status.message)"
        }
        let details = status.details ?? APIStatus.Details()
        var seen: Set<String> = []
        let causes = details.causes.map { "\($0.field): \($0.message)" }.filter { seen.insert($0).inserted }
        let subject = "The \(details.kind) \"\(details.name)\" is invalid:"
        return causes.count == 1
            ? "\(subject) \(causes[0])" : "\(subject)\n" + causes.map { "* \($0)" }.joined(separator: "\n")
    }

    /// Creates an object as the server does, with made-up addresses and ports.
    func created() throws -> (Document, warnings: [String]) {
        let value = sorted(try YAMLReader.parse(manifest).value)
        let version = GroupVersion(value["apiVersion"]?.string ?? "")
        let definition = try #require(
            ResourceTable.kubernetes.definition(version, kind: value["kind"]?.string ?? ""))
        var (document, _) = try definition.decode(value, fieldValidation: .strict)
        if definition.isNamespaced, document.namespace.isEmpty { document.namespace = "default" }
        if document.kind == "Service" { try allocate(&document) }
        definition.behaviour.prepareForCreate(&document)
        try definition.validateForCreate(document)
        return (document, definition.warnings(document, old: nil))
    }

    /// kubectl sends objects with sorted members.
    private func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object): .object(JSONObject(object.members.map { ($0.key, sorted($0.value)) }).sorted())
        case .array(let elements): .array(elements.map(sorted))
        default: value
        }
    }

    private func allocate(_ service: inout Document) throws {
        if let address = service.spec["clusterIP"]?.string, service.spec["clusterIPs"] == nil {
            service.spec["clusterIPs"] = [.string(address)]
        }
        if service.spec["type"] == "ExternalName" { return }
        let errors = ServiceValidation.validateClusterIPsRelatedFields(service)
        if !errors.isEmpty {
            throw APIStatus.invalid(kind: GroupKind(group: "", kind: "Service"), name: service.name, errors)
        }
        let hasNoSelector = service.spec["clusterIP"] == "None" && service.spec["selector"] == nil
        if service.spec["ipFamilies"] == nil {
            service.spec["ipFamilies"] = hasNoSelector ? ["IPv4", "IPv6"] : ["IPv4"]
        }
        if service.spec["ipFamilyPolicy"] == nil {
            service.spec["ipFamilyPolicy"] = hasNoSelector ? "RequireDualStack" : "SingleStack"
        }
        if service.spec["clusterIP"] == nil {
            service.spec["clusterIP"] = "10.96.0.0"
            service.spec["clusterIPs"] = ["10.96.0.0"]
        }
    }
}
