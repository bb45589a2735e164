import KubernetesAPI
import KubernetesObjects

/// Labels and annotations of EndpointSlices, as
/// https://kubernetes.io/docs/reference/labels-annotations-taints/ lists them.
package enum SliceLabels {
    package static let serviceName = "kubernetes.io/service-name"
    package static let managedBy = "endpointslice.kubernetes.io/managed-by"
    package static let headless = "service.kubernetes.io/headless"
    package static let skipMirror = "endpointslice.kubernetes.io/skip-mirror"
    package static let triggerTime = "endpoints.kubernetes.io/last-change-trigger-time"

    /// The value of ``managedBy`` in slices made from a selector.
    package static let controller = "endpointslice-controller.k8s.io"
    /// The value of ``managedBy`` in slices made from Endpoints.
    package static let mirroringController = "endpointslicemirroring-controller.k8s.io"

    static let reserved: Set<String> = [serviceName, managedBy, headless]

    /// The labels of a Service's slices: those of the Service, and the reserved ones.
    static func labels(for service: ServiceView) -> [String: String] {
        var labels = service.labels.filter { !reserved.contains($0.key) }
        if !service.hasClusterIP { labels[headless] = "" }
        labels[serviceName] = service.name.name
        labels[managedBy] = controller
        return labels
    }

    /// Whether the labels that a slice has from its Service are current.
    static func follow(_ service: ServiceView, _ labels: [String: String]) -> Bool {
        labels.filter { !reserved.contains($0.key) } == service.labels.filter { !reserved.contains($0.key) }
    }

    /// The prefix of slice names: the Service's name and a hyphen, if that is a valid prefix.
    static func namePrefix(_ name: String) -> String {
        name.utf8.count < 253 ? name + "-" : name
    }
}
