/// The kinds that the server knows.
package struct ResourceTable: Sendable {
    package let definitions: [ResourceDefinition]
    private let byResource: [GroupVersion: [String: Int]]
    private let byKind: [GroupVersion: [String: Int]]

    package init(_ definitions: [ResourceDefinition]) {
        self.definitions = definitions
        var byResource: [GroupVersion: [String: Int]] = [:]
        var byKind: [GroupVersion: [String: Int]] = [:]
        for (index, definition) in definitions.enumerated() {
            byResource[definition.groupVersion, default: [:]][definition.plural] = index
            byKind[definition.groupVersion, default: [:]][definition.kind] = index
        }
        self.byResource = byResource
        self.byKind = byKind
    }

    package func definition(_ groupVersion: GroupVersion, resource: String) -> ResourceDefinition? {
        byResource[groupVersion]?[resource].map { definitions[$0] }
    }

    package func definition(_ groupVersion: GroupVersion, kind: String) -> ResourceDefinition? {
        byKind[groupVersion]?[kind].map { definitions[$0] }
    }

    /// The groups and versions, in table order.
    package var groupVersions: [GroupVersion] {
        var seen: Set<GroupVersion> = []
        return definitions.compactMap { seen.insert($0.groupVersion).inserted ? $0.groupVersion : nil }
    }
}
