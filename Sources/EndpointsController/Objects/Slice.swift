package import KubernetesAPI
package import KubernetesObjects

/// An EndpointSlice (`discovery.k8s.io/v1`) with everything that a write must preserve.
package struct Slice: Sendable, Hashable {
    /// All metadata except labels, annotations and managed fields.
    package var metadata: JSONObject
    package var labels: [String: String]
    package var annotations: [String: String]
    /// `IPv4`, `IPv6` or `FQDN`; it never changes.
    package var addressType: String
    package var endpoints: [SliceEndpoint]
    package var ports: [SlicePort]

    package init(metadata: JSONObject, addressType: String, ports: [SlicePort] = []) {
        self.metadata = metadata
        labels = [:]
        annotations = [:]
        self.addressType = addressType
        endpoints = []
        self.ports = ports
    }

    /// Empty for a slice to create: the API server generates the name.
    package var name: String {
        get { metadata["name"].text }
        set { metadata["name"] = .string(newValue) }
    }

    package var namespace: String { metadata["namespace"].text }
    package var uid: String { metadata["uid"].text }
    package var resourceVersion: String { metadata["resourceVersion"].text }
    package var isBeingDeleted: Bool { metadata["deletionTimestamp"].isSet }
    package var owners: [OwnerReference] { metadata["ownerReferences"].items.compactMap { OwnerReference($0) } }

    /// The Service that the slice belongs to, by its label.
    package var service: NamespacedName? {
        labels[SliceLabels.serviceName].map { NamespacedName(namespace: namespace, name: $0) }
    }

    /// The controller that manages the slice, by its label.
    package var manager: String? { labels[SliceLabels.managedBy] }
}

/// One entry of an EndpointSlice's `ports`.
package struct SlicePort: Sendable, Hashable {
    package var name: String?
    package var transport: String?
    package var number: Int64?
    package var appProtocol: String?

    package init(name: String? = nil, transport: String? = nil, number: Int64? = nil, appProtocol: String? = nil) {
        self.name = name
        self.transport = transport
        self.number = number
        self.appProtocol = appProtocol
    }
}

extension Slice {
    package init(_ document: Document) {
        var metadata = document.metadata
        for key in ["labels", "annotations", "managedFields"] { metadata[key] = nil }
        self.init(
            metadata: metadata, addressType: document["addressType"].text,
            ports: document["ports"].items.map(SlicePort.init))
        labels = document.labels
        annotations = document.annotations
        endpoints = document["endpoints"].items.map(SliceEndpoint.init)
    }

    /// The object as sent to the API server.
    package var document: Document {
        var document = Document([
            "kind": "EndpointSlice", "apiVersion": "discovery.k8s.io/v1", "metadata": .object(metadata),
            "addressType": .string(addressType), "endpoints": .array(endpoints.map(\.json)),
            "ports": ports.isEmpty ? .null : .array(ports.map(\.json)),
        ])
        document.labels = labels
        document.annotations = annotations
        return document
    }
}

extension SlicePort {
    init(_ json: JSONValue) {
        self.init(
            name: json["name"]?.string, transport: json["protocol"]?.string, number: json["port"]?.integer,
            appProtocol: json["appProtocol"]?.string)
    }

    var json: JSONValue {
        var object = JSONObject()
        if let name { object["name"] = .string(name) }
        if let transport { object["protocol"] = .string(transport) }
        if let number { object["port"] = .integer(number) }
        if let appProtocol { object["appProtocol"] = .string(appProtocol) }
        return .object(object)
    }
}
