/// A resource and its API group, written `deployments.apps`.
package struct GroupResource: Sendable, Hashable, CustomStringConvertible {
    package var group: String
    package var resource: String

    package init(group: String, resource: String) {
        self.group = group
        self.resource = resource
    }

    package var description: String { group.isEmpty ? resource : "\(resource).\(group)" }
}

/// A kind and its API group, written `Deployment.apps`.
package struct GroupKind: Sendable, Hashable, CustomStringConvertible {
    package var group: String
    package var kind: String

    package init(group: String, kind: String) {
        self.group = group
        self.kind = kind
    }

    package var description: String { group.isEmpty ? kind : "\(kind).\(group)" }
}

/// An API group in one version; the core group has no name.
package struct GroupVersion: Sendable, Hashable, CustomStringConvertible {
    package var group: String
    package var version: String

    package init(group: String, version: String) {
        self.group = group
        self.version = version
    }

    /// Reads `v1` or `apps/v1`.
    package init(_ apiVersion: String) {
        if let slash = apiVersion.firstIndex(of: "/") {
            self.init(
                group: String(apiVersion[..<slash]), version: String(apiVersion[apiVersion.index(after: slash)...]))
        } else {
            self.init(group: "", version: apiVersion)
        }
    }

    /// As in `apiVersion`.
    package var description: String { group.isEmpty ? version : "\(group)/\(version)" }
}
