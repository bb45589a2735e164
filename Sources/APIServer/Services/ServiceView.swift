import KubernetesObjects

/// The fields of a Service that decide its allocations.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/
struct ServiceView {
    var document: Document

    init(_ document: Document) {
        self.document = document
    }

    private func text(_ key: String) -> String { document[path: "spec", key]?.string ?? "" }

    private func texts(_ key: String) -> [String] {
        document[path: "spec", key]?.array?.compactMap(\.string) ?? []
    }

    private mutating func set(_ key: String, _ values: [String]) {
        document[path: "spec", key] = values.isEmpty ? nil : .array(values.map(JSONValue.string))
    }

    var type: String { text("type").isEmpty ? "ClusterIP" : text("type") }

    var clusterIP: String {
        get { text("clusterIP") }
        set { document[path: "spec", "clusterIP"] = newValue.isEmpty ? nil : .string(newValue) }
    }

    var clusterIPs: [String] {
        get { texts("clusterIPs") }
        set { set("clusterIPs", newValue) }
    }

    var families: [String] {
        get { texts("ipFamilies") }
        set { set("ipFamilies", newValue) }
    }

    /// Empty when not set.
    var familyPolicy: String {
        get { text("ipFamilyPolicy") }
        set { document[path: "spec", "ipFamilyPolicy"] = newValue.isEmpty ? nil : .string(newValue) }
    }

    var ports: [JSONValue] {
        get { document[path: "spec", "ports"]?.array ?? [] }
        set { document[path: "spec", "ports"] = .array(newValue) }
    }

    var healthCheckNodePort: Int {
        get { Int(document[path: "spec", "healthCheckNodePort"]?.integer ?? 0) }
        set { document[path: "spec", "healthCheckNodePort"] = newValue == 0 ? nil : .integer(Int64(newValue)) }
    }

    var hasSelector: Bool { document[path: "spec", "selector"]?.object?.isEmpty == false }
    var isHeadless: Bool { clusterIPs.first == "None" || clusterIP == "None" }

    var needsClusterIP: Bool { type != "ExternalName" }
    var needsNodePort: Bool { type == "NodePort" || type == "LoadBalancer" }

    /// Whether ports without a number get one.
    var getsNodePorts: Bool {
        type == "NodePort"
            || type == "LoadBalancer" && document[path: "spec", "allocateLoadBalancerNodePorts"]?.bool ?? true
    }

    var needsHealthCheckNodePort: Bool { type == "LoadBalancer" && text("externalTrafficPolicy") == "Local" }

    /// The node ports, without those for health checks.
    var nodePorts: [Int] { ports.map(\.nodePort).filter { $0 != 0 } }
}

extension JSONValue {
    var nodePort: Int {
        get { Int(self["nodePort"]?.integer ?? 0) }
        set { self["nodePort"] = newValue == 0 ? nil : .integer(Int64(newValue)) }
    }

    var servicePort: Int { Int(self["port"]?.integer ?? 0) }
}
