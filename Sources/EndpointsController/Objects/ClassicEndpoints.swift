package import KubernetesAPI
package import KubernetesObjects

/// An Endpoints object (`v1`), superseded by EndpointSlices.
package struct ClassicEndpoints: Sendable, Hashable {
    /// All metadata except labels, annotations and managed fields.
    package var metadata: JSONObject
    package var labels: [String: String]
    package var annotations: [String: String]
    package var subsets: [Subset]

    /// Addresses with their common ports.
    package struct Subset: Sendable, Hashable {
        package var ready: [Address]
        package var notReady: [Address]
        package var ports: [SlicePort]

        package init(ready: [Address] = [], notReady: [Address] = [], ports: [SlicePort]) {
            self.ready = ready
            self.notReady = notReady
            self.ports = ports
        }
    }

    package struct Address: Sendable, Hashable {
        package var address: String
        package var hostname: String
        package var nodeName: String?
        package var target: TargetReference?

        package init(
            _ address: String, hostname: String = "", nodeName: String? = nil, target: TargetReference? = nil
        ) {
            self.address = address
            self.hostname = hostname
            self.nodeName = nodeName
            self.target = target
        }
    }

    package init(name: NamespacedName) {
        metadata = ["name": .string(name.name), "namespace": .string(name.namespace)]
        labels = [:]
        annotations = [:]
        subsets = []
    }

    package var name: NamespacedName {
        NamespacedName(namespace: metadata["namespace"].text, name: metadata["name"].text)
    }

    package var uid: String { metadata["uid"].text }
    /// Empty for an object to create.
    package var resourceVersion: String { metadata["resourceVersion"].text }
    package var isBeingDeleted: Bool { metadata["deletionTimestamp"].isSet }
    /// The number of addresses in all subsets.
    package var count: Int { subsets.reduce(0) { $0 + $1.ready.count + $1.notReady.count } }
}

extension ClassicEndpoints {
    package init(_ document: Document) {
        metadata = document.metadata
        for key in ["labels", "annotations", "managedFields"] { metadata[key] = nil }
        labels = document.labels
        annotations = document.annotations
        subsets = document["subsets"].items.map { subset in
            Subset(
                ready: subset["addresses"].items.map(Address.init),
                notReady: subset["notReadyAddresses"].items.map(Address.init),
                ports: subset["ports"].items.map(SlicePort.init))
        }
    }

    /// The object as sent to the API server.
    package var document: Document {
        var document = Document(["kind": "Endpoints", "apiVersion": "v1", "metadata": .object(metadata)])
        document.labels = labels
        document.annotations = annotations
        if !subsets.isEmpty { document["subsets"] = .array(subsets.map(\.json)) }
        return document
    }
}

extension ClassicEndpoints.Subset {
    fileprivate var json: JSONValue {
        var object = JSONObject()
        if !ready.isEmpty { object["addresses"] = .array(ready.map(\.json)) }
        if !notReady.isEmpty { object["notReadyAddresses"] = .array(notReady.map(\.json)) }
        if !ports.isEmpty { object["ports"] = .array(ports.map(\.classicJSON)) }
        return .object(object)
    }
}

extension ClassicEndpoints.Address {
    fileprivate init(_ json: JSONValue) {
        self.init(
            json["ip"].text, hostname: json["hostname"].text, nodeName: json["nodeName"]?.string,
            target: TargetReference(json["targetRef"]))
    }

    fileprivate var json: JSONValue {
        var object: JSONObject = ["ip": .string(address)]
        if !hostname.isEmpty { object["hostname"] = .string(hostname) }
        if let nodeName { object["nodeName"] = .string(nodeName) }
        if let target { object["targetRef"] = target.json }
        return .object(object)
    }
}

extension SlicePort {
    /// A port as in Endpoints: without an empty name.
    fileprivate var classicJSON: JSONValue {
        var port = self
        if port.name == "" { port.name = nil }
        return port.json
    }
}
