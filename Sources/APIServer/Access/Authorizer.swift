import KubernetesObjects

/// Authorizes requests by the fixed table of roles.
struct Authorizer: Sendable {
    /// A requested action.
    struct Action: Sendable, Hashable {
        var verb: String
        /// A resource; empty for a path.
        var group = ""
        var resource = ""
        var subresource = ""
        var namespace = ""
        var name = ""
        var path = ""
    }

    private let roles: [Role]

    init(roles: [Role] = Role.all) {
        self.roles = roles
    }

    func allows(_ action: Action, by identity: Identity) -> Bool {
        rules(of: identity).contains { $0.allows(action) }
    }

    /// The rules for an identity, in table order.
    func rules(of identity: Identity) -> [Role.Rule] {
        roles.filter { role in
            role.users.contains(identity.user) || role.userGroups.contains { identity.groups.contains($0) }
        }
        .flatMap(\.rules)
    }

    /// Refuses forbidden actions, with the reason.
    func check(_ target: RequestTarget, by identity: Identity) throws(APIStatus) {
        let action = Action(target)
        guard !allows(action, by: identity) else { return }
        throw .forbidden(
            target.isResource ? target.groupResource : GroupResource(group: "", resource: ""), name: target.name,
            Self.explanation(action, by: identity, isResource: target.isResource))
    }

    static func explanation(_ action: Action, by identity: Identity, isResource: Bool) -> String {
        guard isResource else { return "User \"\(identity.user)\" cannot \(action.verb) path \"\(action.path)\"" }
        let resource = action.subresource.isEmpty ? action.resource : "\(action.resource)/\(action.subresource)"
        let place = action.namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(action.namespace)\""
        return "User \"\(identity.user)\" cannot \(action.verb) resource \"\(resource)\" in API group "
            + "\"\(action.group)\" \(place)"
    }
}

extension Authorizer.Action {
    init(_ target: RequestTarget) {
        if target.isResource {
            self.init(
                verb: target.verb, group: target.groupVersion.group, resource: target.resource,
                subresource: target.subresource, namespace: target.namespace, name: target.name)
        } else {
            self.init(verb: target.verb, path: target.path)
        }
    }
}

extension Role.Rule {
    func allows(_ action: Authorizer.Action) -> Bool {
        guard verbs.contains("*") || verbs.contains(action.verb) else { return false }
        if action.resource.isEmpty {
            return paths.contains { path in
                path == "*" || path == action.path || path.hasSuffix("*") && action.path.hasPrefix(path.dropLast())
            }
        }
        let resource = action.subresource.isEmpty ? action.resource : "\(action.resource)/\(action.subresource)"
        return (groups.contains("*") || groups.contains(action.group))
            && (resources.contains("*") || resources.contains(resource))
    }
}
