import InternetAddresses

extension ServiceDocument {
    /// The default time for which a client stays with its endpoint: three hours.
    private static let defaultAffinityTimeout = 10_800
    private static let affinityTimeouts = 1...86_400

    private enum SessionAffinity: String, CaseIterable {
        case none = "None"
        case clientIP = "ClientIP"
    }

    private enum Family: String, CaseIterable {
        case ipv4 = "IPv4"
        case ipv6 = "IPv6"

        var family: IPFamily { self == .ipv4 ? .ipv4 : .ipv6 }
    }

    func validated() throws(ObjectError) -> KubernetesObject {
        .service(try service())
    }

    func service() throws(ObjectError) -> Service {
        let metadata = try identified()
        var checks = FieldChecks()
        let spec = spec ?? Spec()
        let kind = checks.choice(spec.type, default: Service.Kind.clusterIP, "spec.type")
        let isHeadless = spec.clusterIP == "None" || spec.clusterIPs?.first == "None"

        var service = Service(metadata: metadata, kind: kind, isHeadless: isHeadless)
        if isHeadless {
            for (index, text) in (spec.clusterIPs ?? []).enumerated() where text != "None" {
                checks.refuse("spec.clusterIPs[\(index)]", text, .besideNone)
            }
        } else if kind != .externalName {
            service.clusterIPs = clusterIPs(spec, &checks)
        }
        service.ipFamilies = Self.shared(families(spec, of: &service.clusterIPs, &checks))
        service.ports = ports(spec, kind, isHeadless, &checks)
        service.externalIPs = (spec.externalIPs ?? []).enumerated().compactMap {
            checks.routableAddress($0.element, "spec.externalIPs[\($0.offset)]")
        }
        service.loadBalancerIngress = ingress(&checks)
        service.loadBalancerSourceRanges = checks.networks(
            spec.loadBalancerSourceRanges, "spec.loadBalancerSourceRanges")
        service.internalTrafficPolicy = checks.choice(
            spec.internalTrafficPolicy, default: .cluster, "spec.internalTrafficPolicy")
        service.externalTrafficPolicy = checks.choice(
            spec.externalTrafficPolicy, default: .cluster, "spec.externalTrafficPolicy")
        service.healthCheckNodePort = checks.optionalPort(spec.healthCheckNodePort, "spec.healthCheckNodePort")
        service.affinityTimeout = affinityTimeout(spec, &checks)
        service.externalName = kind == .externalName ? spec.externalName ?? "" : ""
        service.publishesNotReadyAddresses = spec.publishNotReadyAddresses ?? false
        service.selector = Labels(spec.selector ?? [:])
        service.ipvsScheduler = self.metadata?.annotations?[WellKnown.ipvsScheduler]
        if let version = self.metadata?.annotations?[WellKnown.proxyProtocol] {
            let path = "metadata.annotations[\(WellKnown.proxyProtocol)]"
            service.proxyProtocol = checks.choice(version, default: .v2, path)
        }
        service.refusals = checks.refusals
        return service
    }

    private static let ipv4Only = [IPFamily.ipv4]

    /// The same families, in storage shared by nearly all Services of a cluster.
    private static func shared(_ families: [IPFamily]) -> [IPFamily] {
        families == ipv4Only ? ipv4Only : families
    }

    private func clusterIPs(_ spec: Spec, _ checks: inout FieldChecks) -> [IPAddress] {
        let single = spec.clusterIP.flatMap { $0.isEmpty ? nil : $0 }
        guard let texts = spec.clusterIPs, !texts.isEmpty else {
            return single.flatMap { checks.clusterIP($0, "spec.clusterIP") }.map { [$0] } ?? []
        }
        if let single, single != texts[0] {
            checks.refuse("spec.clusterIP", single, .differs(from: "spec.clusterIPs[0]"))
        }
        var addresses: [IPAddress] = []
        for (index, text) in texts.enumerated() {
            guard let address = checks.clusterIP(text, "spec.clusterIPs[\(index)]") else { continue }
            if addresses.contains(where: { $0.family == address.family }) {
                checks.refuse("spec.clusterIPs[\(index)]", text, .secondOfFamily)
            } else {
                addresses.append(address)
            }
        }
        return addresses
    }

    /// The families of the Service; a cluster IP of another family is left out.
    private func families(
        _ spec: Spec, of clusterIPs: inout [IPAddress], _ checks: inout FieldChecks
    ) -> [IPFamily] {
        guard let texts = spec.ipFamilies, !texts.isEmpty else { return clusterIPs.map(\.family) }
        var families: [IPFamily] = []
        for (index, text) in texts.enumerated() {
            guard let family = Family(rawValue: text) else {
                let known = Family.allCases.map(\.rawValue)
                checks.refuse("spec.ipFamilies[\(index)]", text, .unknown(known: known))
                continue
            }
            families.append(family.family)
        }
        guard !families.isEmpty else { return clusterIPs.map(\.family) }
        for address in clusterIPs where !families.contains(address.family) {
            let path = spec.clusterIPs?.isEmpty == false ? "spec.clusterIPs" : "spec.clusterIP"
            checks.refuse(path, "\(address)", .otherFamily(families[0], saidBy: "spec.ipFamilies"))
        }
        clusterIPs.removeAll { !families.contains($0.family) }
        return families
    }

    private func ingress(_ checks: inout FieldChecks) -> [Service.Ingress] {
        var result: [Service.Ingress] = []
        for (index, entry) in (status?.loadBalancer?.ingress ?? []).enumerated() {
            guard let text = entry.ip, !text.isEmpty else { continue }
            let path = "status.loadBalancer.ingress[\(index)]"
            guard let address = checks.address(text, "\(path).ip") else { continue }
            let mode = checks.choice(entry.ipMode, default: Service.Ingress.Mode.vip, "\(path).ipMode")
            result.append(Service.Ingress(address: address, mode: mode))
        }
        return result
    }

    private func affinityTimeout(_ spec: Spec, _ checks: inout FieldChecks) -> UInt32? {
        let affinity = checks.choice(spec.sessionAffinity, default: SessionAffinity.none, "spec.sessionAffinity")
        guard affinity == .clientIP else { return nil }
        let seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? Self.defaultAffinityTimeout
        guard Self.affinityTimeouts.contains(seconds) else {
            checks.refuse(
                "spec.sessionAffinityConfig.clientIP.timeoutSeconds", "\(seconds)", .outOfRange(Self.affinityTimeouts))
            return UInt32(Self.defaultAffinityTimeout)
        }
        return UInt32(seconds)
    }
}
