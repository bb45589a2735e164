package import KubernetesAPI
package import KubernetesObjects

/// The properties of a Pod that endpoints depend on.
package struct PodView: Sendable, Hashable {
    /// A container port with a name.
    package struct Port: Sendable, Hashable {
        package var name: String
        package var transport: String
        package var number: Int64

        package init(name: String, transport: String = "TCP", number: Int64) {
            self.name = name
            self.transport = transport
            self.number = number
        }
    }

    package var name: NamespacedName
    package var uid: String
    package var labels: [String: String] = [:]
    package var isBeingDeleted = false
    /// The phase is `Failed` or `Succeeded`.
    package var isFinished = false
    /// The condition `Ready`.
    package var isReady = false
    /// When the condition `Ready` last changed, in RFC 3339; empty if it never did.
    package var readyTransition = ""
    /// `status.podIPs`, as written.
    package var addresses: [String] = []
    package var nodeName = ""
    package var hostname = ""
    package var subdomain = ""
    /// The ports of containers, then those of sidecars (init containers that are restarted).
    package var ports: [Port] = []

    package init(name: NamespacedName, uid: String) {
        self.name = name
        self.uid = uid
    }

    /// Whether the Pod belongs among endpoints at all.
    package var canBeEndpoint: Bool { !isFinished && !addresses.isEmpty }
}

extension PodView {
    package init(_ document: Document) {
        self.init(
            name: NamespacedName(namespace: document.namespace, name: document.name), uid: document.uid)
        let spec = document["spec"]
        let status = document["status"]
        labels = document.labels
        isBeingDeleted = document.deletionTimestamp != nil
        isFinished = ["Failed", "Succeeded"].contains(status["phase"].text)
        if let condition = status["conditions"].items.first(where: { $0["type"].text == "Ready" }) {
            isReady = condition["status"].text == "True"
            readyTransition = condition["lastTransitionTime"].text
        }
        addresses = status["podIPs"].items.map { $0["ip"].text }.filter { !$0.isEmpty }
        if addresses.isEmpty, !status["podIP"].text.isEmpty { addresses = [status["podIP"].text] }
        nodeName = spec["nodeName"].text
        hostname = spec["hostname"].text
        subdomain = spec["subdomain"].text
        let sidecars = spec["initContainers"].items.filter { $0["restartPolicy"].text == "Always" }
        ports = (spec["containers"].items + sidecars).flatMap { $0["ports"].items }.compactMap { port in
            let transport = port["protocol"].text
            guard !port["name"].text.isEmpty else { return nil }
            return Port(
                name: port["name"].text, transport: transport.isEmpty ? "TCP" : transport,
                number: port["containerPort"].number)
        }
    }

    /// The port number for a Service port; `nil` if the Pod has none of that name and protocol.
    func number(of port: ServiceView.Port) -> Int64? {
        switch port.target {
        case .number(let number): number
        case .name(let name): ports.first { $0.name == name && $0.transport == port.transport }?.number
        }
    }

    /// Whether the Pod has a DNS name below `service`.
    func isNamed(below service: ServiceView) -> Bool {
        !hostname.isEmpty && subdomain == service.name.name && name.namespace == service.name.namespace
    }
}
