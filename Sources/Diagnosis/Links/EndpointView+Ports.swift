import InternetAddresses
import KubernetesAPI

/// Whether the ports of the Service exist on the pods and in the slices.
extension EndpointView {
    var portFindings: [Finding] {
        guard service.kind != .externalName else { return [] }
        let missing = ports.compactMap(missingOnPods)
        let named = Set(missing.map(\.port))
        let unserved = ports.filter { !named.contains($0.name) }.compactMap(missingInSlices)
        if !missing.isEmpty || !unserved.isEmpty { return missing.map(\.finding) + unserved }
        let targets = ports.compactMap { port -> String? in
            guard case .name(let name) = port.targetPort else { return nil }
            let numbers = Set(slices.compactMap { $0.number(of: port) }).sorted().map(String.init)
            return numbers.isEmpty ? nil : "\(name) is \(list(numbers))"
        }
        return targets.isEmpty ? [] : [.ok("targetPort \(list(targets))")]
    }

    /// A port whose target is a name that no pod has.
    private func missingOnPods(_ port: ServicePort) -> (port: String, finding: Finding)? {
        guard let pods, !pods.isEmpty, case .name(let name) = port.targetPort else { return nil }
        let has = pods.contains { pod in
            pod.namedPorts.contains { $0.name == name && $0.transport == port.transport }
        }
        guard !has else { return nil }
        let others = Set(pods.flatMap(\.namedPorts).map { "\($0.name) (\($0.port)/\($0.transport))" }).sorted()
        return (
            port.name,
            Finding(
                .broken, .namedPortMissing,
                "targetPort \(name) of port \(port.text) is the name of no container port of its pods",
                proof: others.isEmpty ? "the pods name no port" : "the pods name \(list(others))",
                remedy: "correct targetPort, or give the container port the name \(name)")
        )
    }

    /// A port for which no endpoint listens, while others of the Service have some.
    private func missingInSlices(_ port: ServicePort) -> Finding? {
        let all = service.ports
        guard all.count > 1, ready(port) == 0 else { return nil }
        let served = all.filter { $0.name != port.name && ready($0) > 0 }
        guard !served.isEmpty else { return nil }
        let listed = slices.contains { $0.number(of: port) != nil && !$0.endpoints.isEmpty }
        let text =
            listed
            ? "no endpoint is ready for port \(port.text), while \(list(served.map(\.text))) has some"
            : "no EndpointSlice has an endpoint for port \(port.text), while \(list(served.map(\.text))) has some"
        return Finding(
            .broken, .portWithoutEndpoints, text,
            proof: "slices \(list(slices.map(\.metadata.name))) of the Service",
            remedy: "make the pods, or whoever writes the slices, serve a port named “\(port.name)”")
    }

    /// The number of endpoints that accept connections for the port.
    func ready(_ port: ServicePort) -> Int {
        slices.filter { $0.number(of: port) != nil }
            .reduce(0) { $0 + $1.endpoints.count { $0.isUsable } }
    }
}

extension EndpointSlice {
    /// Where the slice's endpoints listen for a Service port; `nil` if they do not.
    func number(of port: ServicePort) -> UInt16? {
        ports.first { $0.name == port.name && $0.transport == port.transport }?.port
    }
}

extension Endpoint {
    /// Whether it takes connections: it is ready, or serves while it terminates.
    var isUsable: Bool { conditions.contains(.ready) || conditions.isSuperset(of: [.serving, .terminating]) }
}
