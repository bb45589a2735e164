import KubernetesAPI

/// The Service of a client's name, by the rules of the Kubernetes DNS specification.
struct ServiceName: Sendable, Hashable {
    var service: NamespacedName
    /// The labels that the client wrote after the Service's name: `shop.svc` of `web.shop.svc`.
    var suffix: String

    /// Reads `web`, `web.shop`, `web.shop.svc` and `web.shop.svc.cluster.local`, with or without a trailing dot; `nil`
    /// for other names. A name without a namespace is in `namespace`.
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
