import InternetAddresses

/// A Node as the API writes it, as far as anything here reads it.
struct NodeDocument: ObjectDocument {
    struct Spec: Decodable {
        var podCIDR: String?
        var podCIDRs: [String]?
        var taints: [Taint]?
    }

    struct Taint: Decodable {
        var key: String?
        var value: String?
        var effect: String?
    }

    struct Status: Decodable {
        var addresses: [Address]?
    }

    struct Address: Decodable {
        var type: String?
        var address: String?
    }

    static var objectKind: ObjectKind { .node }

    var kind: String?
    var metadata: MetadataDocument?
    var spec: Spec?
    var status: Status?

    func validated() throws(ObjectError) -> KubernetesObject {
        let (metadata, checks) = try identified()
        var node = Node(metadata: metadata)
        node.podCIDRs = try podCIDRs(checks)
        node.taints = (spec?.taints ?? []).map {
            Node.Taint(key: $0.key ?? "", value: $0.value ?? "", effect: $0.effect ?? "")
        }
        for (index, entry) in (status?.addresses ?? []).enumerated() {
            let text = entry.address ?? ""
            switch entry.type {
            case "InternalIP": node.internalIPs.append(try checks.address(text, "status.addresses[\(index)].address"))
            case "ExternalIP": node.externalIPs.append(try checks.address(text, "status.addresses[\(index)].address"))
            default: continue
            }
        }
        return .node(node)
    }

    private func podCIDRs(_ checks: FieldChecks) throws(ObjectError) -> [IPNetwork] {
        guard let texts = spec?.podCIDRs, !texts.isEmpty else {
            guard let text = spec?.podCIDR, !text.isEmpty else { return [] }
            return [try checks.network(text, "spec.podCIDR")]
        }
        return try texts.checked { (text, index) throws(ObjectError) in
            try checks.network(text, "spec.podCIDRs[\(index)]")
        }
    }
}
