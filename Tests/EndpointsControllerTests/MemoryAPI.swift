import ControllerTestKit
import EndpointsController
import KubernetesAPI

@testable import KubernetesObjects

/// A few objects, users' requests for them without an API server's checks, and the events for a controller.
struct MemoryAPI {
    private(set) var objects: [String: Document] = [:]
    private(set) var revision = 0
    /// Events that have not been delivered yet.
    private(set) var news: [EndpointsCluster.Change] = []
    private var addresses = 0
    private let definitions = ResourceTable.kubernetes

    /// Executes a request of a recorded case.
    mutating func send(_ request: RecordedCase.Request) throws {
        guard let list = request.each else { return try send(request, path: request.path) }
        for path in paths(list) { try send(request, path: path) }
    }

    private mutating func send(_ request: RecordedCase.Request, path: String) throws {
        switch request.method {
        case "POST": create(Document(request.body.fields), collection: path)
        case "DELETE": for path in paths(path) { delete(path, isImmediate: request.body["gracePeriodSeconds"] == 0) }
        default:
            let target = path.hasSuffix("/status") ? String(path.dropLast("/status".count)) : path
            guard let old = objects[target], let body = request.body else { return }
            // The strategic patches of the cases change no lists.
            let patched =
                request.type.contains("json-patch")
                ? try JSONPatch.apply(body, to: .object(old.object)) : MergePatch.apply(body, to: .object(old.object))
            put(Document(patched.object ?? [:]), at: target)
        }
    }

    /// The objects of a list, or the one object.
    private func paths(_ path: String) -> [String] {
        let parts = path.split(separator: "?", maxSplits: 1)
        guard parts.count == 2 else { return objects[path] == nil ? [] : [path] }
        let wanted = parts[1].replacing("labelSelector=", with: "").replacing("%3D", with: "=").split(separator: "=")
        return objects.keys.filter {
            $0.hasPrefix(parts[0] + "/") && objects[$0]?.labels[String(wanted[0])] == String(wanted[1])
        }.sorted()
    }

    @discardableResult
    mutating func create(_ document: Document, collection: String) -> Document {
        var document = document
        revision += 1
        if document.name.isEmpty {
            document.name = document.generateName + String(Self.suffix(revision))
        }
        if collection.contains("/namespaces/") {
            document.namespace = String(collection.split(separator: "/namespaces/")[1].prefix { $0 != "/" })
        }
        document.uid = "uid-\(revision)"
        document.creationTimestamp = "2026-01-01T00:00:00Z"
        return put(document, at: "\(collection)/\(document.name)")
    }

    /// Five random letters for the end of a generated name.
    private static func suffix(_ number: Int) -> [Character] {
        let letters = Array("bcdfghjklmnpqrstvwxz2456789")
        return (0..<5).map { letters[(number / [1, 27, 729, 19683, 531441][$0]) % letters.count] }
    }

    /// Stores the object, or removes it if nothing holds it any more.
    @discardableResult
    mutating func put(_ document: Document, at path: String) -> Document {
        var document = document
        if document.kind == "Service" { allocate(&document) }
        if document.kind == "Endpoints" || document.kind == "EndpointSlice" {
            let definition = definitions.definition(GroupVersion(document.apiVersion), kind: document.kind)
            if let decoded = try? definition?.decode(.object(document.object)).document { document = decoded }
        }
        revision += 1
        document.resourceVersion = String(revision)
        if document.deletionTimestamp != nil, document.finalizers.isEmpty, document.deletionGracePeriodSeconds == 0 {
            remove(path)
            return document
        }
        objects[path] = document
        if let kind = kind(of: document) { news.append(EndpointsCluster.Change(kind, document)) }
        return document
    }

    private mutating func allocate(_ service: inout Document) {
        guard service.spec["type"] != "ExternalName" else { return }
        if service.spec["clusterIP"].text.isEmpty {
            addresses += 1
            service[path: "spec", "clusterIP"] = .string("10.96.0.\(addresses)")
        }
        let policy = service.spec["ipFamilyPolicy"].text
        var families = service.spec["ipFamilies"].texts
        if families.isEmpty { families = ["IPv4"] }
        if policy.hasSuffix("DualStack"), families.count == 1 {
            families.append(families[0] == "IPv4" ? "IPv6" : "IPv4")
        }
        service[path: "spec", "ipFamilies"] = .array(families.map(JSONValue.string))
    }

    mutating func delete(_ path: String, isImmediate: Bool = false) {
        guard var document = objects[path] else { return }
        let waits = document.kind == "Pod" && !isImmediate && !document.spec["nodeName"].text.isEmpty
        document.deletionTimestamp = "2026-01-01T00:00:30Z"
        document.deletionGracePeriodSeconds = waits ? 30 : 0
        put(document, at: path)
    }

    /// Removes an object and its dependents.
    private mutating func remove(_ path: String) {
        guard let document = objects.removeValue(forKey: path) else { return }
        revision += 1
        if let kind = kind(of: document) {
            news.append(
                .removed(
                    kind, NamespacedName(namespace: document.namespace, name: document.name),
                    version: String(revision)))
        }
        for (path, dependent) in objects where dependent.ownerReferences.contains(where: { $0.uid == document.uid }) {
            delete(path)
        }
    }

    mutating func takeNews() -> [EndpointsCluster.Change] {
        defer { news = [] }
        return news
    }

    private func kind(of document: Document) -> EndpointsCluster.Kind? {
        switch document.kind {
        case "Service": .service
        case "Pod": .pod
        case "Node": .node
        case "EndpointSlice": .slice
        case "Endpoints": .endpoints
        default: nil
        }
    }

    func documents(_ kind: String) -> [Document] { objects.values.filter { $0.kind == kind } }
}
