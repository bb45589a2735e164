/// The OpenAPI v3 documents, one per group and version.
///
/// https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
package enum OpenAPIV3 {
    private static func key(_ groupVersion: GroupVersion) -> String {
        groupVersion.group.isEmpty ? "api/\(groupVersion.version)" : "apis/\(groupVersion)"
    }

    /// The index of documents.
    package static func index(_ table: ResourceTable) -> JSONValue {
        var paths = JSONObject()
        for groupVersion in table.groupVersions {
            let key = key(groupVersion)
            let hash = checksum(document(table, groupVersion) ?? [])
            paths[key] = ["serverRelativeURL": .string("/openapi/v3/\(key)?hash=\(hash)")]
        }
        return ["paths": .object(paths)]
    }

    /// FNV-1a; clients keep a document as long as its hash is unchanged.
    private static func checksum(_ bytes: [UInt8]) -> String {
        let hash = bytes.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16, uppercase: true)
    }

    /// The document of a group and version; nil if nothing is served there.
    package static func document(_ table: ResourceTable, _ groupVersion: GroupVersion) -> [UInt8]? {
        let definitions = table.definitions.filter { $0.groupVersion == groupVersion }
        if definitions.isEmpty { return nil }
        var paths = JSONObject()
        for definition in definitions { add(definition, to: &paths) }
        let document: JSONValue = [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.36.2"], "paths": .object(paths.sorted()),
            "components": ["schemas": .object(OpenAPISchemas(.three).schemas(definitions))],
        ]
        return JSONWriter.bytes(document)
    }

    // MARK: Paths

    private static func add(_ definition: ResourceDefinition, to paths: inout JSONObject) {
        let root = "/\(key(definition.groupVersion))"
        let collection = root + (definition.isNamespaced ? "/namespaces/{namespace}" : "") + "/\(definition.plural)"
        let item = "\(collection)/{name}"
        let verbs = definition.verbs
        var all = JSONObject()
        if verbs.contains("list") { all["get"] = operation("list", definition) }
        if verbs.contains("create") { all["post"] = operation("post", definition) }
        if verbs.contains("deletecollection") { all["delete"] = operation("deletecollection", definition) }
        paths[collection] = .object(all)
        if definition.isNamespaced, verbs.contains("list") {
            paths["\(root)/\(definition.plural)"] = ["get": operation("list", definition)]
        }
        let one = operations(verbs, definition, nil)
        if !one.isEmpty { paths[item] = .object(one) }
        for part in definition.subresources {
            paths["\(item)/\(part.name)"] = .object(operations(part.verbs, definition, part))
        }
    }

    private static func operations(
        _ verbs: [String], _ definition: ResourceDefinition, _ part: Subresource?
    ) -> JSONObject {
        var operations = JSONObject()
        let methods = [("get", "get"), ("update", "put"), ("patch", "patch"), ("delete", "delete"), ("create", "post")]
        for (verb, method) in methods where verbs.contains(verb) {
            if verb == "create", part == nil { continue }
            operations[method] = operation(method, definition, part)
        }
        return operations
    }

    private static let patchTypes = [
        "application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json",
        "application/strategic-merge-patch+json",
    ]

    private static func operation(
        _ action: String, _ definition: ResourceDefinition, _ part: Subresource? = nil
    ) -> JSONValue {
        let type = Schema.kubernetes.type(part?.schemaType ?? definition.schemaType)
        let name = (type.map(OpenAPISchemas.name) ?? "") + (action == "list" ? "List" : "")
        let reference: JSONValue = ["schema": ["$ref": .string("#/components/schemas/\(name)")]]
        var operation: JSONObject = [
            "tags": [.string(tag(definition))],
            "x-kubernetes-action": .string(action),
            "x-kubernetes-group-version-kind": OpenAPISchemas.identity(
                part?.groupVersion ?? definition.groupVersion, part?.kind ?? definition.kind),
            "responses": ["200": ["description": "OK", "content": ["application/json": reference]]],
        ]
        let parameters: [String]
        switch action {
        case "put", "post": parameters = ["dryRun", "fieldManager", "fieldValidation"]
        case "patch": parameters = ["dryRun", "fieldManager", "fieldValidation", "force"]
        case "delete": parameters = ["dryRun", "gracePeriodSeconds", "propagationPolicy"]
        case "list", "deletecollection": parameters = ["continue", "fieldSelector", "labelSelector", "limit"]
        default: parameters = []
        }
        operation["parameters"] = .array(parameters.map(parameter))
        if action == "put" || action == "post" {
            operation["requestBody"] = ["content": ["*/*": reference], "required": true]
        } else if action == "patch" {
            let content = patchTypes.map { ($0, ["schema": ["type": "object"]] as JSONValue) }
            operation["requestBody"] = ["content": .object(JSONObject(content)), "required": true]
        }
        return .object(operation)
    }

    private static func parameter(_ name: String) -> JSONValue {
        let type =
            switch name {
            case "force": "boolean"
            case "limit", "gracePeriodSeconds": "integer"
            default: "string"
            }
        return ["name": .string(name), "in": "query", "schema": ["type": .string(type), "uniqueItems": true]]
    }

    private static func tag(_ definition: ResourceDefinition) -> String {
        let group = definition.group.isEmpty ? "core" : definition.group.split(separator: ".").first.map(String.init)
        return "\(group ?? "core")_\(definition.version)"
    }
}
