import KubernetesObjects

/// Impersonation, permitted only to clients that may do everything.
///
/// https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
enum Impersonation {
    static func apply(
        to identity: Identity, _ request: APIRequest, authorizer: Authorizer
    ) throws(APIStatus) -> Identity {
        let user = request.header("impersonate-user")
        let groups = request.allHeaders("impersonate-group")
        let uid = request.header("impersonate-uid")
        guard !user.isEmpty else {
            guard groups.isEmpty, uid.isEmpty else {
                throw .internalError("requested impersonation without impersonating a user")
            }
            return identity
        }
        try check("users", name: user, by: identity, authorizer)
        for group in groups { try check("groups", name: group, by: identity, authorizer) }
        var extra: [String: [String]] = [:]
        let prefix = "impersonate-extra-"
        for header in request.headers where header.name.hasPrefix(prefix) {
            extra[PercentEncoding.decode(header.name.dropFirst(prefix.count)), default: []].append(header.value)
        }
        var all = groups
        if groups.isEmpty, let account = serviceAccountGroups(user) { all += account }
        if user != Identity.anonymous.user, !all.contains("system:authenticated") { all.append("system:authenticated") }
        if user == Identity.anonymous.user, !all.contains("system:unauthenticated") {
            all.append("system:unauthenticated")
        }
        return Identity(user: user, uid: uid, groups: all, extra: extra)
    }

    private static func check(
        _ resource: String, name: String, by identity: Identity, _ authorizer: Authorizer
    ) throws(APIStatus) {
        let action = Authorizer.Action(verb: "impersonate", resource: resource, name: name)
        guard !authorizer.allows(action, by: identity) else { return }
        throw .forbidden(
            GroupResource(group: "", resource: resource), name: name,
            Authorizer.explanation(action, by: identity, isResource: true))
    }

    private static func serviceAccountGroups(_ user: String) -> [String]? {
        let parts = user.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, user.hasPrefix("system:serviceaccount:") else { return nil }
        return ["system:serviceaccounts", "system:serviceaccounts:\(parts[2])"]
    }
}
