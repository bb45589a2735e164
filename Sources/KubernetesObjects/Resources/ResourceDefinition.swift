/// One row of the table of kinds: everything that the server must know about a kind.
package struct ResourceDefinition: Sendable {
    package var groupVersion: GroupVersion
    package var kind: String
    /// The name in paths, such as `services`.
    package var plural: String
    package var singular: String
    package var shortNames: [String] = []
    package var categories: [String] = []
    package var isNamespaced = true
    /// In alphabetical order, as discovery lists them.
    package var verbs: [String] = ResourceDefinition.allVerbs
    package var subresources: [Subresource] = []
    /// The type of the whole object in the schema, such as `core.v1.Service`.
    package var schemaType: String
    package var columns: [TableColumn] = []
    package var behaviour: any ResourceBehaviour = PlainBehaviour()
    /// The warning in every answer about the kind.
    package var deprecationWarning: String?
    /// Where objects are stored if two versions or groups show the same ones: `events.k8s.io` shows `events`.
    package var storedAs: GroupResource?

    package static let allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]

    package var group: String { groupVersion.group }
    package var version: String { groupVersion.version }
    package var groupResource: GroupResource { GroupResource(group: group, resource: plural) }
    /// The kind of its lists.
    package var listKind: String { "\(kind)List" }
    package var groupKind: GroupKind { GroupKind(group: group, kind: kind) }
    package var apiVersion: String { groupVersion.description }

    package func subresource(_ name: String) -> Subresource? {
        subresources.first { $0.name == name }
    }
}

/// A part of an object, or an action on it, with its own path below the object's.
package struct Subresource: Sendable, Hashable {
    /// `status`, `scale`, `binding`, …
    package var name: String
    package var verbs: [String]
    /// The kind of bodies and answers, if not the object itself.
    package var groupVersion: GroupVersion?
    package var kind: String?
    package var schemaType: String?

    package static let status = Subresource(name: "status", verbs: ["get", "patch", "update"])
    package static let scale = Subresource(
        name: "scale", verbs: ["get", "patch", "update"],
        groupVersion: GroupVersion(group: "autoscaling", version: "v1"), kind: "Scale",
        schemaType: "autoscaling.v1.Scale")
}

/// A column of the table that kubectl prints.
package struct TableColumn: Sendable, Hashable {
    package var name: String
    package var type: String
    package var format: String
    /// 0 is always shown, 1 with `-o wide`.
    package var priority: Int
    package var description: String

    package init(
        _ name: String, type: String = "string", format: String = "", priority: Int = 0, description: String = ""
    ) {
        self.name = name
        self.type = type
        self.format = format
        self.priority = priority
        self.description = description
    }
}
