import InternetAddresses

/// A Pod as the API writes it, reduced to the fields read here.
struct PodDocument: ObjectDocument {
    struct Spec: Decodable {
        var nodeName: String?
        var hostname: String?
        var subdomain: String?
        var containers: [Container]?
    }

    struct Container: Decodable {
        var ports: [Port]?
    }

    struct Port: Decodable {
        var name: String?
        var containerPort: Int?
        var `protocol`: String?
    }

    struct Status: Decodable {
        var phase: String?
        var podIP: String?
        var podIPs: [PodIP]?
        var conditions: [ConditionDocument]?
    }

    struct PodIP: Decodable {
        var ip: String?
    }

    static var objectKind: ObjectKind { .pod }

    var kind: String?
    var metadata: MetadataDocument?
    var spec: Spec?
    var status: Status?

    func validated() throws(ObjectError) -> KubernetesObject {
        var pod = Pod(metadata: try identified())
        var checks = FieldChecks()
        pod.phase = checks.choice(status?.phase, default: .pending, "status.phase")
        pod.addresses = addresses(&checks)
        pod.nodeName = spec?.nodeName ?? ""
        pod.hostname = spec?.hostname ?? ""
        pod.subdomain = spec?.subdomain ?? ""
        pod.isReady = status?.conditions.status(of: "Ready") ?? false
        pod.namedPorts = namedPorts(&checks)
        pod.refusals = checks.refusals
        return .pod(pod)
    }

    /// `status.podIPs`, or the older `status.podIP`.
    private func addresses(_ checks: inout FieldChecks) -> [IPAddress] {
        guard let entries = status?.podIPs, !entries.isEmpty else {
            guard let text = status?.podIP, !text.isEmpty else { return [] }
            return checks.address(text, "status.podIP").map { [$0] } ?? []
        }
        return entries.enumerated().compactMap {
            checks.address($0.element.ip ?? "", "status.podIPs[\($0.offset)].ip")
        }
    }

    private func namedPorts(_ checks: inout FieldChecks) -> [Pod.NamedPort] {
        var ports: [Pod.NamedPort] = []
        for (index, container) in (spec?.containers ?? []).enumerated() {
            for (position, document) in (container.ports ?? []).enumerated() {
                let path = "spec.containers[\(index)].ports[\(position)]"
                guard let name = document.name, !name.isEmpty,
                    let port = checks.port(document.containerPort ?? 0, "\(path).containerPort"),
                    let transport = checks.transport(document.protocol, "\(path).protocol")
                else { continue }
                ports.append(Pod.NamedPort(name: name, transport: transport, port: port))
            }
        }
        return ports
    }
}
