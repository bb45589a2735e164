import InternetAddresses

/// A Node as the API writes it, reduced to the fields read here.
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
        var node = Node(metadata: try identified())
        var checks = FieldChecks()
        node.podCIDRs = podCIDRs(&checks)
        node.taints = (spec?.taints ?? []).map {
            Node.Taint(key: $0.key ?? "", value: $0.value ?? "", effect: $0.effect ?? "")
        }
        for (index, entry) in (status?.addresses ?? []).enumerated() {
            guard entry.type == "InternalIP" || entry.type == "ExternalIP",
                let address = checks.address(entry.address ?? "", "status.addresses[\(index)].address")
            else { continue }
            if entry.type == "InternalIP" {
                node.internalIPs.append(address)
            } else {
                node.externalIPs.append(address)
            }
        }
        node.refusals = checks.refusals
        return .node(node)
    }

    private func podCIDRs(_ checks: inout FieldChecks) -> [IPNetwork] {
        guard let texts = spec?.podCIDRs, !texts.isEmpty else {
            guard let text = spec?.podCIDR, !text.isEmpty else { return [] }
            return checks.network(text, "spec.podCIDR").map { [$0] } ?? []
        }
        return checks.networks(texts, "spec.podCIDRs")
    }
}
