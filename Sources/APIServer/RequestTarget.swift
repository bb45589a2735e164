import KubernetesObjects

/// The target of a path, in terms of authorization: an object, a collection, or another path.
///
/// https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb
struct RequestTarget: Hashable, Sendable {
    var isResource = false
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; otherwise the
    /// method in lower case.
    var verb: String
    var path: String
    var groupVersion = GroupVersion(group: "", version: "")
    var namespace = ""
    var resource = ""
    var subresource = ""
    var name = ""
    /// The name in the path; empty if it comes from a selector.
    var pathName = ""
    /// The rest of the path after the subresource.
    var rest: [String] = []

    init(_ request: APIRequest) {
        path = request.path
        verb = request.method.lowercased()
        var parts = request.path.split(separator: "/").map(String.init)
        guard let prefix = parts.first, prefix == "api" || prefix == "apis" else { return }
        let depth = prefix == "api" ? 2 : 3
        guard parts.count > depth else { return }
        groupVersion = GroupVersion(group: prefix == "api" ? "" : parts[1], version: parts[depth - 1])
        parts.removeFirst(depth)
        isResource = true
        var isDeprecatedWatch = false
        if parts.first == "watch", parts.count > 1 {
            isDeprecatedWatch = true
            parts.removeFirst()
        }
        if parts.first == "namespaces", parts.count > 1 {
            namespace = parts[1]
            // `namespaces/x/finalize` is about the Namespace, `namespaces/x/services` is not.
            if parts.count > 2, !["status", "finalize"].contains(parts[2]) { parts.removeFirst(2) }
        }
        resource = parts.first ?? ""
        pathName = parts.count > 1 ? parts[1] : ""
        name = pathName
        subresource = parts.count > 2 ? parts[2] : ""
        rest = Array(parts.dropFirst(3))
        verb = Self.verb(request, name: name, isDeprecatedWatch: isDeprecatedWatch)
        if verb == "list" || verb == "watch", name.isEmpty {
            name = Self.name(selectedBy: request.query["fieldSelector"])
        }
    }

    private static func verb(_ request: APIRequest, name: String, isDeprecatedWatch: Bool) -> String {
        switch request.method {
        case "POST": return "create"
        case "PUT": return "update"
        case "PATCH": return "patch"
        case "DELETE": return name.isEmpty ? "deletecollection" : "delete"
        case "GET", "HEAD":
            if isDeprecatedWatch || (name.isEmpty && request.query.flag("watch")) { return "watch" }
            return name.isEmpty ? "list" : request.query.flag("watch") ? "watch" : "get"
        default: return request.method.lowercased()
        }
    }

    /// Listing the single object of a name needs no more permission than getting it.
    private static func name(selectedBy selector: String) -> String {
        let prefix = "metadata.name="
        guard selector.hasPrefix(prefix), !selector.contains(",") else { return "" }
        return String(selector.dropFirst(prefix.count).drop { $0 == "=" })
    }

    var groupResource: GroupResource { GroupResource(group: groupVersion.group, resource: resource) }
}
