/// The description of the served kinds in the older form: one document per group and version.
///
/// https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
package enum Discovery {
    /// `/api`: the versions of the core group, with the address at which clients reach the server, `127.0.0.1:6443`.
    package static func core(address: String) -> JSONValue {
        [
            "kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": .string(address)]],
        ]
    }

    /// `/apis`: all groups with a name.
    package static func groupList(_ table: ResourceTable) -> JSONValue {
        [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": .array(table.groupNames.map { .object(groupMembers(table, $0)) }),
        ]
    }

    /// `/apis/GROUP`; nil for a group that is not served.
    package static func group(_ table: ResourceTable, _ name: String) -> JSONValue? {
        guard !name.isEmpty, table.groupNames.contains(name) else { return nil }
        var group: JSONObject = ["kind": "APIGroup", "apiVersion": "v1"]
        for member in groupMembers(table, name) { group[member.key] = member.value }
        return .object(group)
    }

    private static func groupMembers(_ table: ResourceTable, _ name: String) -> JSONObject {
        let versions = table.groupVersions.filter { $0.group == name }.map { groupVersion -> JSONValue in
            ["groupVersion": .string(groupVersion.description), "version": .string(groupVersion.version)]
        }
        return ["name": .string(name), "versions": .array(versions), "preferredVersion": versions.first ?? [:]]
    }

    /// `/api/v1` and `/apis/GROUP/VERSION`; nil if not served.
    package static func resourceList(_ table: ResourceTable, _ groupVersion: GroupVersion) -> JSONValue? {
        let definitions = table.sorted(groupVersion)
        guard !definitions.isEmpty else { return nil }
        var list: JSONObject = ["kind": "APIResourceList"]
        if !groupVersion.group.isEmpty { list["apiVersion"] = "v1" }
        list["groupVersion"] = .string(groupVersion.description)
        list["resources"] = .array(definitions.flatMap(resources))
        return .object(list)
    }

    private static func resources(_ definition: ResourceDefinition) -> [JSONValue] {
        var own: JSONObject = [
            "name": .string(definition.plural), "singularName": .string(definition.singular),
            "namespaced": .bool(definition.isNamespaced), "kind": .string(definition.kind),
            "verbs": strings(definition.verbs),
        ]
        if !definition.shortNames.isEmpty { own["shortNames"] = strings(definition.shortNames) }
        if !definition.categories.isEmpty { own["categories"] = strings(definition.categories) }
        return [.object(own)]
            + definition.subresources.map { subresource in
                var object: JSONObject = [
                    "name": .string("\(definition.plural)/\(subresource.name)"), "singularName": "",
                    "namespaced": .bool(definition.isNamespaced),
                ]
                if let groupVersion = subresource.groupVersion, groupVersion != definition.groupVersion {
                    object["group"] = .string(groupVersion.group)
                    object["version"] = .string(groupVersion.version)
                }
                object["kind"] = .string(subresource.kind ?? definition.kind)
                object["verbs"] = strings(subresource.verbs)
                return .object(object)
            }
    }

    static func strings(_ values: [String]) -> JSONValue { .array(values.map(JSONValue.string)) }
}

extension ResourceTable {
    /// The names of the groups, without the core group.
    var groupNames: [String] {
        var seen: Set<String> = [""]
        return groupVersions.compactMap { seen.insert($0.group).inserted ? $0.group : nil }
    }

    /// The kinds of a group and version by the name of their resource, as discovery lists them.
    func sorted(_ groupVersion: GroupVersion) -> [ResourceDefinition] {
        definitions.filter { $0.groupVersion == groupVersion }.sorted { $0.plural < $1.plural }
    }
}
