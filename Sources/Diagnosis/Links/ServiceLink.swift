import InternetAddresses
import KubernetesAPI
import ServiceRouting

extension Case {
    /// Errors in reading the objects.
    var objectFindings: [Finding] { objects.problems }

    /// Whether the Service exists, and can be used in the way asked about.
    var serviceFindings: [Finding] {
        if let mismatch {
            // What could not be read is not known to be missing.
            let isKnown = service != nil || !objects.areIncomplete
            return isKnown
                ? [mismatch] : [Finding(.unknown, .noSuchService, "\(question.text) is not in what could be read")]
        }
        guard let service else { return [] }
        if service.kind == .externalName { return [.ok("ExternalName, stands for \(service.externalName)")] }
        var findings = refusals(of: service)
        if service.isHeadless { return findings + headlessFindings(service) }
        if let proxy = service.metadata.labels[WellKnown.serviceProxyName] {
            return findings + [
                Finding(
                    .unknown, .otherProxy, "another proxy, \(proxy), is to serve it",
                    proof: "label \(WellKnown.serviceProxyName)=\(proxy)",
                    remedy: "ask that proxy, or remove the label")
            ]
        }
        guard !service.clusterIPs.isEmpty else {
            return findings + [
                Finding(
                    .broken, .noClusterIP, "the Service has no cluster IP",
                    remedy: "write one into spec.clusterIP where no API server allocates it")
            ]
        }
        findings += rangeFindings(service)
        if case .address(let address) = question.subject,
            service.loadBalancerIngress.contains(where: { $0.address == address && $0.mode == .proxy })
        {
            return findings + [
                Finding(
                    .unknown, .otherProxy,
                    "\(address) is an address of the load balancer itself (ipMode Proxy): this node does nothing "
                        + "about it",
                    proof: "status.loadBalancer.ingress of the Service", remedy: "ask the load balancer")
            ]
        }
        let addresses = service.clusterIPs.map(\.description).joined(separator: ", ")
        return findings + [.ok("\(service.kind.rawValue) \(addresses), \(list(ports.map(\.target)))")]
    }

    /// A cluster IP outside all ServiceCIDRs: a router, a firewall or the API's repair loop treats it as foreign.
    private func rangeFindings(_ service: Service) -> [Finding] {
        let networks = objects.ranges.flatMap(\.networks)
        return service.clusterIPs.compactMap { address in
            let own = networks.filter { $0.family == address.family }
            guard !own.isEmpty, !own.contains(where: { $0.contains(address) }) else { return nil }
            return Finding(
                .broken, .clusterIPOutsideRange,
                "the cluster IP \(address) is outside of the cluster's Service networks",
                proof: "the ServiceCIDRs are \(list(own.map(\.description)))",
                remedy:
                    "delete the Service and create it again without spec.clusterIP, or with an address in the networks")
        }
    }

    private func refusals(of service: Service) -> [Finding] {
        service.refusals.map {
            Finding(.broken, .valueRefused, "a field of the Service has no effect: \($0)", remedy: "correct the field")
        }
    }

    /// A headless Service has no address of its own: its names resolve to pods, and ports are the pods'.
    private func headlessFindings(_ service: Service) -> [Finding] {
        let slices = objects.slices(of: service.metadata.namespacedName)
        let listening = Set(slices.flatMap(\.ports).compactMap(\.port))
        let text = "headless: it has no cluster IP, its name leads to the pods' own addresses"
        guard case .number(let asked) = question.port, !listening.isEmpty, !listening.contains(asked) else {
            return [.ok(text)]
        }
        let ports = list(listening.sorted().map(String.init))
        return [
            Finding(
                .broken, .headless,
                "the Service is headless, so nothing translates port \(asked): clients have to connect to port "
                    + "\(ports)",
                proof: "spec.clusterIP is None; the endpoints listen on \(ports)",
                remedy: "connect to port \(ports), or create a Service with a cluster IP")
        ]
    }
}

extension ServicePort {
    /// `http 80→8080/TCP`
    fileprivate var target: String {
        let target =
            switch targetPort {
            case .number(let number): "\(number)"
            case .name(let name): name
            }
        return (name.isEmpty ? "" : name + " ") + "\(port)→\(target)/\(transport)"
    }
}
