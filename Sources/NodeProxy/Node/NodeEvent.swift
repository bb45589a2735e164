package import FoundationEssentials
package import KubernetesAPI
import KubernetesObjects

/// An Event for operators (`kubectl get events`), in the form that kube-proxy writes (`events.k8s.io/v1`): on the
/// Node, or on a Service.
package struct NodeEvent: Sendable, Hashable {
    package enum Subject: Sendable, Hashable {
        case node
        case service(NamespacedName)
    }

    package var subject = Subject.node
    package var isWarning = false
    package var reason: String
    /// What the proxy was doing.
    package var action = "StartKubeProxy"
    /// Empty for none.
    package var note = ""
    package var time = Date.now

    /// The proxy has started.
    static var starting: NodeEvent { NodeEvent(reason: "Starting") }

    /// The mode is deprecated in Kubernetes.
    static var ipvsDeprecation: NodeEvent {
        NodeEvent(
            isWarning: true, reason: "IPVSDeprecation",
            note: "Kubernetes has deprecated ipvs mode; use nftables mode where the kernel allows it")
    }

    /// `/healthz` is not served.
    static func noHealthServer(_ error: String) -> NodeEvent {
        NodeEvent(isWarning: true, reason: "FailedToStartProxierHealthcheck", note: error)
    }

    /// `/metrics` is not served.
    static func noMetricsServer(_ error: String) -> NodeEvent {
        NodeEvent(isWarning: true, reason: "FailedToStartMetricServer", note: error)
    }

    /// A Service's `healthCheckNodePort` is not served.
    static func noServiceHealthServer(_ service: NamespacedName, _ error: String) -> NodeEvent {
        NodeEvent(
            subject: .service(service), isWarning: true, reason: "FailedToStartServiceHealthcheck", action: "Listen",
            note: error)
    }

    /// The limit of tracked connections could not be set.
    static func readOnlySystem(_ error: String) -> NodeEvent {
        NodeEvent(isWarning: true, reason: "ReadOnlySysFS", note: "conntrack limits are unchanged: \(error)")
    }
}

extension NodeEvent {
    /// The namespace of Events on Nodes, which have none; those on Services are in the Service's.
    var namespace: String { if case .service(let name) = subject { name.namespace } else { "default" } }

    /// The collection to create it in.
    var path: String { "/apis/events.k8s.io/v1/namespaces/\(namespace)/events" }

    /// The Event of the node `node`, written by a proxy on the machine `host`.
    func json(node: String, host: String) -> [UInt8] {
        // Names of Events must be unique, and by convention end in the time.
        let microseconds = Int64((time.timeIntervalSince1970 * 1e6).rounded())
        let name: String
        let regarding: JSONValue
        switch subject {
        case .node:
            name = node
            regarding = ["apiVersion": "v1", "kind": "Node", "name": .string(node)]
        case .service(let service):
            name = service.name
            regarding = [
                "kind": "Service", "namespace": .string(service.namespace), "name": .string(service.name),
            ]
        }
        var event: JSONValue = [
            "apiVersion": "events.k8s.io/v1", "kind": "Event",
            "metadata": [
                "name": .string("\(name).\(String(microseconds * 1000, radix: 16))"), "namespace": .string(namespace),
            ],
            "eventTime": .string(Self.text(microseconds)), "reportingController": "kube-proxy",
            "reportingInstance": .string("kube-proxy-\(host)"), "action": .string(action),
            "reason": .string(reason), "regarding": regarding, "type": isWarning ? "Warning" : "Normal",
        ]
        // The API accepts notes of at most 1 kB.
        if !note.isEmpty { event.set(.string(String(note.prefix(1000))), at: ["note"]) }
        return JSONWriter.bytes(event)
    }

    /// RFC 3339 with microseconds, as the API writes `eventTime`.
    private static func text(_ microseconds: Int64) -> String {
        let seconds = Date(timeIntervalSince1970: Double(microseconds / 1_000_000))
        let fraction = String(String(microseconds % 1_000_000 + 1_000_000).dropFirst())
        return "\(seconds.formatted(Date.ISO8601FormatStyle()).dropLast()).\(fraction)Z"
    }
}
