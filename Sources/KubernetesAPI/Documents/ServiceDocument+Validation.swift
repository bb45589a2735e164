import InternetAddresses

extension ServiceDocument {
    /// How long a client stays with its endpoint when the Service does not say: three hours.
    private static let defaultAffinityTimeout = 10_800
    private static let longestAffinityTimeout = 86_400

    private enum SessionAffinity: String, CaseIterable {
        case none = "None"
        case clientIP = "ClientIP"
    }

    private enum Family: String, CaseIterable {
        case ipv4 = "IPv4"
        case ipv6 = "IPv6"
    }

    func validated() throws(ObjectError) -> KubernetesObject {
        .service(try service())
    }

    private func service() throws(ObjectError) -> Service {
        let (metadata, checks) = try identified()
        let spec = spec ?? Spec()
        let kind = try checks.choice(spec.type, default: Service.Kind.clusterIP, "spec.type")
        let isHeadless = spec.clusterIP == "None" || spec.clusterIPs?.first == "None"

        var service = Service(metadata: metadata, kind: kind, isHeadless: isHeadless)
        if kind != .externalName, !isHeadless {
            service.clusterIPs = try clusterIPs(spec, checks)
        } else if isHeadless, let both = spec.clusterIPs, both.count > 1 {
            throw checks.failure("spec.clusterIPs", "“None” stands alone; remove it or the addresses beside it")
        }
        service.ipFamilies = try families(spec, of: service.clusterIPs, checks)
        service.ports = try ports(spec, kind, isHeadless, checks)
        service.externalIPs = try (spec.externalIPs ?? []).checked { (text, index) throws(ObjectError) in
            try checks.routableAddress(text, "spec.externalIPs[\(index)]")
        }
        service.loadBalancerIngress = try ingress(checks)
        service.loadBalancerSourceRanges = try (spec.loadBalancerSourceRanges ?? [])
            .checked { (text, index) throws(ObjectError) in
                try checks.network(text, "spec.loadBalancerSourceRanges[\(index)]")
            }
        service.internalTrafficPolicy = try checks.choice(
            spec.internalTrafficPolicy, default: .cluster, "spec.internalTrafficPolicy")
        service.externalTrafficPolicy = try checks.choice(
            spec.externalTrafficPolicy, default: .cluster, "spec.externalTrafficPolicy")
        service.healthCheckNodePort = try checks.optionalPort(spec.healthCheckNodePort, "spec.healthCheckNodePort")
        service.affinityTimeout = try affinityTimeout(spec, checks)
        return service
    }

    private func clusterIPs(_ spec: Spec, _ checks: FieldChecks) throws(ObjectError) -> [IPAddress] {
        let single = spec.clusterIP.flatMap { $0.isEmpty ? nil : $0 }
        guard let texts = spec.clusterIPs, !texts.isEmpty else {
            guard let single else { return [] }
            return [try checks.routableAddress(single, "spec.clusterIP")]
        }
        if let single, single != texts[0] {
            throw checks.failure(
                "spec.clusterIPs[0]", "“\(texts[0])” differs from spec.clusterIP, “\(single)”; make them equal")
        }
        let addresses = try texts.checked { (text, index) throws(ObjectError) in
            try checks.routableAddress(text, "spec.clusterIPs[\(index)]")
        }
        guard Set(addresses.map(\.family)).count == addresses.count else {
            throw checks.failure(
                "spec.clusterIPs", "there is one cluster IP for IPv4 and one for IPv6; remove the others")
        }
        return addresses
    }

    private func families(
        _ spec: Spec, of clusterIPs: [IPAddress], _ checks: FieldChecks
    ) throws(ObjectError) -> [IPFamily] {
        guard let texts = spec.ipFamilies, !texts.isEmpty else { return clusterIPs.map(\.family) }
        let families = try texts.checked { (text, index) throws(ObjectError) in
            try checks.choice(text, default: Family.ipv4, "spec.ipFamilies[\(index)]") == .ipv4
                ? IPFamily.ipv4 : .ipv6
        }
        for (index, (address, family)) in zip(clusterIPs, families).enumerated() where address.family != family {
            throw checks.failure(
                "spec.clusterIPs[\(index)]",
                "\(address) is not \(family), as spec.ipFamilies[\(index)] says; change one of the two")
        }
        return families
    }

    private func ingress(_ checks: FieldChecks) throws(ObjectError) -> [Service.Ingress] {
        var result: [Service.Ingress] = []
        for (index, entry) in (status?.loadBalancer?.ingress ?? []).enumerated() {
            guard let text = entry.ip, !text.isEmpty else { continue }
            let field = "status.loadBalancer.ingress[\(index)]"
            result.append(
                Service.Ingress(
                    address: try checks.address(text, "\(field).ip"),
                    mode: try checks.choice(entry.ipMode, default: .vip, "\(field).ipMode")))
        }
        return result
    }

    private func affinityTimeout(_ spec: Spec, _ checks: FieldChecks) throws(ObjectError) -> UInt32? {
        let affinity = try checks.choice(spec.sessionAffinity, default: SessionAffinity.none, "spec.sessionAffinity")
        guard affinity == .clientIP else { return nil }
        let seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? Self.defaultAffinityTimeout
        guard (1...Self.longestAffinityTimeout).contains(seconds), let timeout = UInt32(exactly: seconds) else {
            throw checks.failure(
                "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
                "\(seconds) s is out of range; use 1 to \(Self.longestAffinityTimeout) (one day)")
        }
        return timeout
    }
}

extension Array {
    /// Each element through `transform`, with its index for the path in the message.
    func checked<Value>(
        _ transform: (Element, Int) throws(ObjectError) -> Value
    ) throws(ObjectError) -> [Value] {
        var result: [Value] = []
        result.reserveCapacity(count)
        for (index, element) in enumerated() { result.append(try transform(element, index)) }
        return result
    }
}
