/// The permissions of users and groups. The table is fixed: there are no objects to change it.
///
/// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
struct Role: Sendable {
    struct Rule: Sendable {
        var verbs: [String]
        var groups: [String] = []
        /// With subresources, such as `services/status`; `*` for all.
        var resources: [String] = []
        var paths: [String] = []
    }

    var name: String
    var users: [String] = []
    var userGroups: [String] = []
    var rules: [Rule]

    static let all: [Role] = [
        Role(
            name: "admin", userGroups: ["system:masters"],
            rules: [
                Rule(verbs: ["*"], groups: ["*"], resources: ["*"]),
                Rule(verbs: ["*"], paths: ["*"]),
            ]),
        Role(
            name: "system:public-info-viewer", userGroups: ["system:authenticated", "system:unauthenticated"],
            rules: [
                Rule(
                    verbs: ["get"],
                    paths: ["/healthz", "/livez", "/livez/*", "/readyz", "/readyz/*", "/version", "/version/"])
            ]),
        Role(
            name: "system:basic-user", userGroups: ["system:authenticated"],
            rules: [
                Rule(
                    verbs: ["create"], groups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"]),
                Rule(
                    verbs: ["create"], groups: ["authorization.k8s.io"],
                    resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
            ]),
        Role(
            name: "system:discovery", userGroups: ["system:authenticated"],
            rules: [
                Rule(
                    verbs: ["get"],
                    paths: [
                        "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz",
                        "/version", "/version/",
                    ])
            ]),
        Role(
            name: "system:node-proxier",
            users: ["system:kube-proxy", "system:serviceaccount:kube-system:kube-proxy"],
            userGroups: ["system:node-proxier"],
            rules: [
                Rule(verbs: ["get", "list", "watch"], groups: [""], resources: ["services", "endpoints", "nodes"]),
                Rule(verbs: ["list", "watch"], groups: ["discovery.k8s.io"], resources: ["endpointslices"]),
                Rule(verbs: ["list", "watch"], groups: ["networking.k8s.io"], resources: ["servicecidrs"]),
                Rule(
                    verbs: ["create", "patch", "update"], groups: ["", "events.k8s.io"], resources: ["events"]),
            ]),
        Role(
            name: "view", users: ["system:serviceaccount:kube-system:coredns"], userGroups: ["view"],
            rules: [
                Rule(
                    verbs: ["get", "list", "watch"], groups: [""],
                    resources: [
                        "namespaces", "nodes", "pods", "services", "services/status", "endpoints", "configmaps",
                        "events", "serviceaccounts",
                    ]),
                Rule(
                    verbs: ["get", "list", "watch"],
                    groups: ["apps", "discovery.k8s.io", "networking.k8s.io", "events.k8s.io", "coordination.k8s.io"],
                    resources: ["*"]),
            ]),
        Role(
            name: "controllers", users: ["system:kube-controller-manager", "system:kube-scheduler"],
            userGroups: ["system:controllers"],
            rules: [
                Rule(
                    verbs: ["*"], groups: [""],
                    resources: [
                        "pods", "pods/status", "pods/binding", "endpoints", "events", "services/status",
                        "namespaces/finalize", "namespaces/status", "nodes/status",
                    ]),
                Rule(verbs: ["get", "list", "watch"], groups: ["*"], resources: ["*"]),
                Rule(
                    verbs: ["*"], groups: ["apps", "discovery.k8s.io", "coordination.k8s.io", "events.k8s.io"],
                    resources: ["*"]),
            ]),
    ]
}
