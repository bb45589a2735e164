import KubernetesAPI
package import KubernetesObjects

/// One endpoint of an EndpointSlice.
package struct SliceEndpoint: Sendable, Hashable {
    package var addresses: [String]
    /// The conditions; `nil` if unset.
    package var isReady: Bool?
    package var isServing: Bool?
    package var isTerminating: Bool?
    package var hostname: String?
    package var nodeName: String?
    package var zone: String?
    package var hints: Hints?
    package var target: TargetReference?

    /// The clients for which an endpoint is meant.
    package struct Hints: Sendable, Hashable {
        package var zones: [String]
        package var nodes: [String]

        package init(zones: [String] = [], nodes: [String] = []) {
            self.zones = zones
            self.nodes = nodes
        }
    }

    package init(addresses: [String]) {
        self.addresses = addresses
    }

    /// Identifies an endpoint across versions of a slice.
    package struct Identity: Sendable, Hashable {
        var addresses: [String]
        var hostname: String
        var targetNamespace: String
        var targetName: String
    }

    package var identity: Identity {
        Identity(
            addresses: addresses.count > 1 ? addresses.sorted() : addresses, hostname: hostname ?? "",
            targetNamespace: target?.namespace ?? "", targetName: target?.name ?? "")
    }

    /// Whether two endpoints of the same identity are equal apart from hints.
    func saysTheSame(as other: SliceEndpoint) -> Bool {
        isReady == other.isReady && isServing == other.isServing && isTerminating == other.isTerminating
            && nodeName == other.nodeName && zone == other.zone && target == other.target
    }
}

/// The object that an endpoint represents.
package struct TargetReference: Sendable, Hashable {
    package var kind: String
    package var namespace: String
    package var name: String
    package var uid: String
    /// Other fields.
    package var others: JSONObject?

    package init(kind: String, namespace: String, name: String, uid: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.uid = uid
    }

    init(pod: PodView) {
        self.init(kind: "Pod", namespace: pod.name.namespace, name: pod.name.name, uid: pod.uid)
    }
}

extension TargetReference {
    init?(_ json: JSONValue?) {
        guard let object = json?.object else { return nil }
        self.init(
            kind: object["kind"].text, namespace: object["namespace"].text, name: object["name"].text,
            uid: object["uid"].text)
        let known: Set<String> = ["kind", "namespace", "name", "uid"]
        let rest = object.members.filter { !known.contains($0.key) }
        if !rest.isEmpty { others = JSONObject(uniqueMembers: rest) }
    }

    var json: JSONValue {
        var object = JSONObject()
        for (key, value) in [("kind", kind), ("namespace", namespace), ("name", name), ("uid", uid)]
        where !value.isEmpty {
            object[key] = .string(value)
        }
        for member in others?.members ?? [] { object[member.key] = member.value }
        return .object(object)
    }
}

extension SliceEndpoint {
    init(_ json: JSONValue) {
        self.init(addresses: json["addresses"].texts)
        isReady = json["conditions"]["ready"]?.bool
        isServing = json["conditions"]["serving"]?.bool
        isTerminating = json["conditions"]["terminating"]?.bool
        hostname = json["hostname"]?.string
        nodeName = json["nodeName"]?.string
        zone = json["zone"]?.string
        target = TargetReference(json["targetRef"])
        if json["hints"].isSet {
            hints = Hints(
                zones: json["hints"]["forZones"].items.map { $0["name"].text },
                nodes: json["hints"]["forNodes"].items.map { $0["name"].text })
        }
    }

    var json: JSONValue {
        var conditions = JSONObject()
        for (key, value) in [("ready", isReady), ("serving", isServing), ("terminating", isTerminating)] {
            if let value { conditions[key] = .bool(value) }
        }
        var object: JSONObject = [
            "addresses": .array(addresses.map(JSONValue.string)), "conditions": .object(conditions),
        ]
        if let hostname { object["hostname"] = .string(hostname) }
        if let target { object["targetRef"] = target.json }
        if let nodeName { object["nodeName"] = .string(nodeName) }
        if let zone { object["zone"] = .string(zone) }
        if let hints { object["hints"] = hints.json }
        return .object(object)
    }
}

extension SliceEndpoint.Hints {
    fileprivate var json: JSONValue {
        var object = JSONObject()
        if !zones.isEmpty { object["forZones"] = .array(zones.map { ["name": .string($0)] }) }
        if !nodes.isEmpty { object["forNodes"] = .array(nodes.map { ["name": .string($0)] }) }
        return .object(object)
    }
}
