extension Discovery {
    /// `/apis` (`groups`) or `/api` in one document: `APIGroupDiscoveryList` of `apidiscovery.k8s.io/v2`.
    package static func aggregated(_ table: ResourceTable, groups: Bool) -> JSONValue {
        let names = groups ? table.groupNames : [""]
        return [
            "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
            "items": .array(names.map { group(table, named: $0) }),
        ]
    }

    private static func group(_ table: ResourceTable, named name: String) -> JSONValue {
        let versions = table.groupVersions.filter { $0.group == name }.map { groupVersion -> JSONValue in
            [
                "version": .string(groupVersion.version),
                "resources": .array(table.sorted(groupVersion).map(resource)), "freshness": "Current",
            ]
        }
        let metadata: JSONValue = name.isEmpty ? [:] : ["name": .string(name)]
        return ["metadata": metadata, "versions": .array(versions)]
    }

    private static func resource(_ definition: ResourceDefinition) -> JSONValue {
        var object: JSONObject = [
            "resource": .string(definition.plural), "responseKind": responseKind(kind: definition.kind),
            "scope": definition.isNamespaced ? "Namespaced" : "Cluster",
            "singularResource": .string(definition.singular), "verbs": strings(definition.verbs),
        ]
        if !definition.shortNames.isEmpty { object["shortNames"] = strings(definition.shortNames) }
        if !definition.categories.isEmpty { object["categories"] = strings(definition.categories) }
        if !definition.subresources.isEmpty {
            object["subresources"] = .array(
                definition.subresources.map { subresource in
                    let other = subresource.groupVersion == definition.groupVersion ? nil : subresource.groupVersion
                    return [
                        "subresource": .string(subresource.name),
                        "responseKind": responseKind(other, kind: subresource.kind ?? definition.kind),
                        "verbs": strings(subresource.verbs),
                    ]
                })
        }
        return .object(object)
    }

    /// Group and version are empty when they equal those of the enclosing list.
    private static func responseKind(_ groupVersion: GroupVersion? = nil, kind: String) -> JSONValue {
        [
            "group": .string(groupVersion?.group ?? ""), "version": .string(groupVersion?.version ?? ""),
            "kind": .string(kind),
        ]
    }
}
