extension ResourceTable {
    /// All kinds that the server knows. A kind is one row here, plus a behaviour if it has rules of its own.
    package static let kubernetes = ResourceTable(core + apps + networking + others + reviews + absent)

    private static let v1 = GroupVersion(group: "", version: "v1")

    private static func row(
        _ groupVersion: GroupVersion, _ kind: String, _ plural: String, schema: String? = nil,
        _ behaviour: any ResourceBehaviour, _ columns: [TableColumn],
        _ change: (inout ResourceDefinition) -> Void = { _ in }
    ) -> ResourceDefinition {
        let group = groupVersion.group.split(separator: ".").first.map(String.init) ?? "core"
        var definition = ResourceDefinition(
            groupVersion: groupVersion, kind: kind, plural: plural, singular: kind.lowercased(),
            schemaType: schema ?? "\(group).\(groupVersion.version).\(kind)", columns: columns, behaviour: behaviour)
        change(&definition)
        return definition
    }

    private static let core = [
        row(v1, "ConfigMap", "configmaps", ConfigMapBehaviour(), ConfigMapBehaviour.columns) {
            $0.shortNames = ["cm"]
        },
        row(v1, "Endpoints", "endpoints", EndpointsBehaviour(), EndpointsBehaviour.columns) {
            $0.shortNames = ["ep"]
            $0.deprecationWarning = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
        },
        row(v1, "Event", "events", EventBehaviour(), EventBehaviour.columns) {
            $0.shortNames = ["ev"]
        },
        row(v1, "Namespace", "namespaces", NamespaceBehaviour(), NamespaceBehaviour.columns) {
            $0.shortNames = ["ns"]
            $0.isNamespaced = false
            $0.verbs.removeAll { $0 == "deletecollection" }
            $0.subresources = [Subresource(name: "finalize", verbs: ["update"]), .status]
        },
        row(v1, "Node", "nodes", NodeBehaviour(), NodeBehaviour.columns) {
            $0.shortNames = ["no"]
            $0.isNamespaced = false
            $0.subresources = [.status]
        },
        row(v1, "Pod", "pods", PodBehaviour(), PodBehaviour.columns) {
            $0.shortNames = ["po"]
            $0.categories = ["all"]
            $0.subresources = [
                Subresource(
                    name: "binding", verbs: ["create"], groupVersion: v1, kind: "Binding", schemaType: "core.v1.Binding"
                ),
                Subresource(name: "ephemeralcontainers", verbs: ["get", "patch", "update"]),
                Subresource(
                    name: "eviction", verbs: ["create"], groupVersion: GroupVersion(group: "policy", version: "v1"),
                    kind: "Eviction", schemaType: "policy.v1.Eviction"),
                .status,
            ]
        },
        row(v1, "Secret", "secrets", SecretBehaviour(), SecretBehaviour.columns),
        row(v1, "ServiceAccount", "serviceaccounts", ServiceAccountBehaviour(), ServiceAccountBehaviour.columns) {
            $0.shortNames = ["sa"]
            $0.subresources = [
                Subresource(
                    name: "token", verbs: ["create"],
                    groupVersion: GroupVersion(group: "authentication.k8s.io", version: "v1"), kind: "TokenRequest",
                    schemaType: "authentication.v1.TokenRequest")
            ]
        },
        row(v1, "Service", "services", ServiceBehaviour(), ServiceBehaviour.columns) {
            $0.shortNames = ["svc"]
            $0.categories = ["all"]
            $0.subresources = [.status]
        },
        // Objects of these two kinds cannot be created; `kubectl describe namespace` lists them.
        row(v1, "LimitRange", "limitranges", PlainBehaviour(), []) {
            $0.shortNames = ["limits"]
            $0.verbs = ["get", "list", "watch"]
        },
        row(v1, "ResourceQuota", "resourcequotas", PlainBehaviour(), []) {
            $0.shortNames = ["quota"]
            $0.verbs = ["get", "list", "watch"]
        },
        row(v1, "Binding", "bindings", PlainBehaviour(), []) { $0.verbs = ["create"] },
        row(v1, "ComponentStatus", "componentstatuses", ComponentStatusBehaviour(), ComponentStatusBehaviour.columns) {
            $0.shortNames = ["cs"]
            $0.isNamespaced = false
            $0.verbs = ["get", "list"]
            $0.deprecationWarning = "v1 ComponentStatus is deprecated in v1.19+"
        },
    ]

    private static let appsV1 = GroupVersion(group: "apps", version: "v1")

    private static let apps = [
        row(appsV1, "Deployment", "deployments", DeploymentBehaviour(), DeploymentBehaviour.columns) {
            $0.shortNames = ["deploy"]
            $0.categories = ["all"]
            $0.subresources = [.scale, .status]
        },
        row(appsV1, "ReplicaSet", "replicasets", ReplicaSetBehaviour(), ReplicaSetBehaviour.columns) {
            $0.shortNames = ["rs"]
            $0.categories = ["all"]
            $0.subresources = [.scale, .status]
        },
    ]

    private static let networkingV1 = GroupVersion(group: "networking.k8s.io", version: "v1")

    private static let networking = [
        row(networkingV1, "IngressClass", "ingressclasses", IngressClassBehaviour(), IngressClassBehaviour.columns) {
            $0.isNamespaced = false
        },
        row(networkingV1, "Ingress", "ingresses", IngressBehaviour(), IngressBehaviour.columns) {
            $0.shortNames = ["ing"]
            $0.subresources = [.status]
        },
        row(networkingV1, "IPAddress", "ipaddresses", IPAddressBehaviour(), IPAddressBehaviour.columns) {
            $0.shortNames = ["ip"]
            $0.isNamespaced = false
        },
        row(networkingV1, "ServiceCIDR", "servicecidrs", ServiceCIDRBehaviour(), ServiceCIDRBehaviour.columns) {
            $0.isNamespaced = false
            $0.subresources = [.status]
        },
    ]

    private static let others = [
        row(
            GroupVersion(group: "discovery.k8s.io", version: "v1"), "EndpointSlice", "endpointslices",
            EndpointSliceBehaviour(), EndpointSliceBehaviour.columns),
        row(
            GroupVersion(group: "coordination.k8s.io", version: "v1"), "Lease", "leases", LeaseBehaviour(),
            LeaseBehaviour.columns),
        row(
            GroupVersion(group: "events.k8s.io", version: "v1"), "Event", "events", NewEventBehaviour(),
            EventBehaviour.columns
        ) {
            $0.shortNames = ["ev"]
            $0.storedAs = GroupResource(group: "", resource: "events")
        },
    ]

    private static let extensions = GroupVersion(group: "apiextensions.k8s.io", version: "v1")
    private static let admission = GroupVersion(group: "admissionregistration.k8s.io", version: "v1")

    /// Kinds that every cluster has, of which there are none here and none can be made: clients ask for them.
    private static let absent = [
        absent(extensions, "CustomResourceDefinition", "customresourcedefinitions") {
            $0.shortNames = ["crd", "crds"]
            $0.categories = ["api-extensions"]
        },
        absent(admission, "MutatingWebhookConfiguration", "mutatingwebhookconfigurations") {
            $0.categories = ["api-extensions"]
        },
        absent(admission, "ValidatingAdmissionPolicy", "validatingadmissionpolicies") {
            $0.categories = ["api-extensions"]
        },
        absent(admission, "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings") {
            $0.categories = ["api-extensions"]
        },
        absent(admission, "ValidatingWebhookConfiguration", "validatingwebhookconfigurations") {
            $0.categories = ["api-extensions"]
        },
    ]

    private static func absent(
        _ groupVersion: GroupVersion, _ kind: String, _ plural: String,
        _ change: (inout ResourceDefinition) -> Void
    ) -> ResourceDefinition {
        row(groupVersion, kind, plural, PlainBehaviour(), []) {
            $0.isNamespaced = false
            $0.verbs = ["get", "list", "watch"]
            change(&$0)
        }
    }

    private static let authentication = GroupVersion(group: "authentication.k8s.io", version: "v1")
    private static let authorization = GroupVersion(group: "authorization.k8s.io", version: "v1")

    private static let reviews = [
        review(authentication, "SelfSubjectReview", "selfsubjectreviews"),
        review(authentication, "TokenReview", "tokenreviews"),
        review(authorization, "LocalSubjectAccessReview", "localsubjectaccessreviews", isNamespaced: true),
        review(authorization, "SelfSubjectAccessReview", "selfsubjectaccessreviews"),
        review(authorization, "SelfSubjectRulesReview", "selfsubjectrulesreviews"),
        review(authorization, "SubjectAccessReview", "subjectaccessreviews"),
    ]

    /// A query to the server, which is answered and not stored.
    private static func review(
        _ groupVersion: GroupVersion, _ kind: String, _ plural: String, isNamespaced: Bool = false
    ) -> ResourceDefinition {
        row(groupVersion, kind, plural, PlainBehaviour(), []) {
            $0.isNamespaced = isNamespaced
            $0.verbs = ["create"]
        }
    }
}
