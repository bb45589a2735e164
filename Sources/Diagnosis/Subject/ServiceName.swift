import KubernetesAPI

/// The Service that a client's name is about, as the Kubernetes DNS specification forms names.
struct ServiceName: Sendable, Hashable {
    var service: NamespacedName
    /// The labels behind the Service's name that the client wrote: `shop.svc` of `web.shop.svc`.
    var suffix: String

    /// Reads `web`, `web.shop`, `web.shop.svc` and `web.shop.svc.cluster.local`, with or without a dot at the end;
    /// `nil` for a name of something else. A name without a namespace is one of `namespace`.
    init?(_ text: String, zone: String = "cluster.local", namespace: String = "default") {
        var name = text.lowercased()[...]
        if name.last == "." { name = name.dropLast() }
        if name.hasSuffix("." + zone) { name = name.dropLast(zone.count + 1) }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        suffix = labels.dropFirst().joined(separator: ".")
        switch labels.count {
        case 1: service = NamespacedName(namespace: namespace, name: labels[0])
        case 2: service = NamespacedName(namespace: labels[1], name: labels[0])
        case 3 where labels[2] == "svc": service = NamespacedName(namespace: labels[1], name: labels[0])
        default: return nil
        }
    }
}
