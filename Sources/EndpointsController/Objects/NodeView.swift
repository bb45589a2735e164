package import KubernetesObjects

/// The properties of a Node that endpoints depend on.
package struct NodeView: Sendable, Hashable {
    package var name: String
    /// `topology.kubernetes.io/zone`; empty if the Node has none.
    package var zone: String
    /// The condition `Ready`.
    package var isReady: Bool
    /// Control plane nodes do not count for the distribution over zones.
    package var isControlPlane: Bool
    /// `status.allocatable.cpu` in thousandths of a CPU; 0 if unknown.
    package var milliCPU: Int64

    package init(
        name: String, zone: String = "", isReady: Bool = true, isControlPlane: Bool = false, milliCPU: Int64 = 0
    ) {
        self.name = name
        self.zone = zone
        self.isReady = isReady
        self.isControlPlane = isControlPlane
        self.milliCPU = milliCPU
    }
}

extension NodeView {
    package init(_ document: Document) {
        let labels = document.labels
        let status = document["status"]
        let ready = status["conditions"].items.first { $0["type"].text == "Ready" }
        self.init(
            name: document.name, zone: labels["topology.kubernetes.io/zone"] ?? "",
            isReady: ready["status"].text == "True",
            isControlPlane: ["control-plane", "master"].contains { labels["node-role.kubernetes.io/\($0)"] != nil },
            milliCPU: status["allocatable"]["cpu"]?.milliQuantity ?? 0)
    }
}
