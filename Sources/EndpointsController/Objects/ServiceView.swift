package import InternetAddresses
package import KubernetesAPI
package import KubernetesObjects

/// The properties of a Service that its endpoints depend on.
package struct ServiceView: Sendable, Hashable {
    /// One entry of `spec.ports`.
    package struct Port: Sendable, Hashable {
        package enum Target: Sendable, Hashable {
            case number(Int64)
            case name(String)
        }

        /// Empty for a single unnamed port.
        package var name: String
        /// `TCP`, `UDP` or `SCTP`.
        package var transport: String
        package var appProtocol: String?
        package var target: Target

        package init(name: String = "", transport: String = "TCP", appProtocol: String? = nil, target: Target) {
            self.name = name
            self.transport = transport
            self.appProtocol = appProtocol
            self.target = target
        }
    }

    package var name: NamespacedName
    package var uid: String
    package var labels: [String: String] = [:]
    package var isBeingDeleted = false
    /// RFC 3339, in whole seconds.
    package var creationTime: String = ""
    package var isExternalName = false
    /// `spec.clusterIP` is neither `None` nor empty.
    package var hasClusterIP = true
    /// `spec.clusterIP` is `None`.
    package var isHeadless = false
    package var ipFamilies: [IPFamily] = [.ipv4]
    package var ports: [Port] = []
    /// Empty for a Service whose endpoints others write.
    package var selector: [String: String] = [:]
    package var publishesNotReadyAddresses = false
    package var trafficDistribution: TrafficDistribution?
    /// `service.kubernetes.io/topology-mode: Auto`, or its older name.
    package var wantsTopologyHints = false

    package init(name: NamespacedName, uid: String) {
        self.name = name
        self.uid = uid
    }

    /// Whether its endpoints come from Pods.
    package var hasEndpointsFromPods: Bool { !isExternalName && !selector.isEmpty }
}

extension ServiceView {
    private static let topologyAnnotations = [
        "service.kubernetes.io/topology-aware-hints", "service.kubernetes.io/topology-mode",
    ]

    package init(_ document: Document) {
        self.init(
            name: NamespacedName(namespace: document.namespace, name: document.name), uid: document.uid)
        let spec = document["spec"]
        let annotations = document.annotations
        let address = spec["clusterIP"].text
        labels = document.labels
        isBeingDeleted = document.deletionTimestamp != nil
        creationTime = document.creationTimestamp ?? ""
        isExternalName = spec["type"].text == "ExternalName"
        isHeadless = address == "None"
        hasClusterIP = !isHeadless && !address.isEmpty
        ipFamilies = spec["ipFamilies"].texts.compactMap { IPFamily(name: $0) }
        if ipFamilies.isEmpty {
            // Written by an API server before dual stack.
            ipFamilies = hasClusterIP ? [address.contains(":") ? .ipv6 : .ipv4] : [.ipv4, .ipv6]
        }
        ports = spec["ports"].items.map(Port.init)
        selector = spec["selector"]?.textMap ?? [:]
        publishesNotReadyAddresses = spec["publishNotReadyAddresses"].flag
        trafficDistribution = TrafficDistribution(name: spec["trafficDistribution"].text)
        let mode = Self.topologyAnnotations.lazy.compactMap { annotations[$0] }.first
        wantsTopologyHints = mode == "Auto" || mode == "auto"
    }
}

extension ServiceView.Port {
    fileprivate init(_ json: JSONValue) {
        let transport = json["protocol"].text
        self.init(
            name: json["name"].text, transport: transport.isEmpty ? "TCP" : transport,
            appProtocol: json["appProtocol"]?.string, target: .number(json["port"].number))
        if let name = json["targetPort"]?.string {
            target = Int64(name).map(Target.number) ?? .name(name)
        } else if let number = json["targetPort"]?.integer, number != 0 {
            target = .number(number)
        }
    }
}

extension IPFamily {
    /// The API's name of families and address types: `IPv4`, `IPv6`.
    init?(name: String) {
        switch name {
        case "IPv4": self = .ipv4
        case "IPv6": self = .ipv6
        default: return nil
        }
    }

    /// The family of an address in text form.
    init(ofAddress text: String) { self = text.contains(":") ? .ipv6 : .ipv4 }
}
