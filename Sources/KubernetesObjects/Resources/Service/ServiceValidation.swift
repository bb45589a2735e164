/// Checks of Services, with the field paths, messages and order of kube-apiserver.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/
package enum ServiceValidation {
    private static let oldTopologyAnnotation = "service.kubernetes.io/topology-aware-hints"
    private static let topologyAnnotation = "service.kubernetes.io/topology-mode"
    private static let sourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges"

    /// Checks for every write of a Service; addresses that `old` already has are accepted as they are.
    static func errors(_ document: Document, old: Document? = nil) -> [FieldError] {
        let spec = document.spec
        let type = spec["type"].text
        var errors = topologyErrors(document)
        if spec["ports"].items.isEmpty, !isHeadless(spec), type != "ExternalName" {
            errors.append(.required("spec.ports"))
        }
        errors += typeErrors(spec)
        var names: Set<String> = []
        let ports = spec["ports"].items
        for (index, port) in ports.enumerated() {
            errors += portErrors(port, "spec.ports[\(index)]", needsName: ports.count > 1, names: &names)
        }
        errors += MetadataValidation.labelErrors(spec["selector"].fields, "spec.selector")
        errors += affinityErrors(spec)
        errors += validateClusterIPsRelatedFields(document, old: old)
        errors += externalAddressErrors(spec, old: old?.spec)
        if !["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"].contains(type) {
            errors.append(
                .unsupported("spec.type", .string(type), ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]))
        }
        errors += portSetErrors(ports, type: type)
        errors += sourceRangeErrors(document, type: type, old: old)
        if spec["allocateLoadBalancerNodePorts"].isSet, type != "LoadBalancer" {
            errors.append(
                .forbidden("spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'"))
        }
        if !spec["allocateLoadBalancerNodePorts"].isSet, type == "LoadBalancer" {
            errors.append(.required("allocateLoadBalancerNodePorts"))
        }
        errors += classErrors(spec, type: type)
        return errors + trafficErrors(spec, type: type)
    }

    static func isHeadless(_ spec: JSONObject) -> Bool {
        spec["clusterIPs"].texts == ["None"]
    }

    private static func topologyErrors(_ document: Document) -> [FieldError] {
        let annotations = document.annotations
        guard let old = annotations[oldTopologyAnnotation], let new = annotations[topologyAnnotation], old != new else {
            return []
        }
        return [
            .invalid(
                "metadata.annotations[\(topologyAnnotation)]", .string(new),
                "must match annotations[\(oldTopologyAnnotation)] when both are specified")
        ]
    }

    private static func typeErrors(_ spec: JSONObject) -> [FieldError] {
        let type = spec["type"].text
        var errors: [FieldError] = []
        switch type {
        case "LoadBalancer", "NodePort":
            if isHeadless(spec) {
                errors.append(.invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for \(type) services"))
            }
        case "ExternalName":
            let detail = "may not be set for ExternalName services"
            if !spec["clusterIPs"].items.isEmpty { errors.append(.forbidden("spec.clusterIPs", detail)) }
            if !spec["ipFamilies"].items.isEmpty { errors.append(.forbidden("spec.ipFamilies", detail)) }
            if spec["ipFamilyPolicy"].isSet { errors.append(.forbidden("spec.ipFamilyPolicy", detail)) }
            var name = spec["externalName"].text
            if name.hasSuffix(".") { name.removeLast() }
            if name.isEmpty {
                errors.append(.required("spec.externalName"))
            } else {
                errors += NameFormats.subdomain(name).map { .invalid("spec.externalName", .string(name), $0) }
            }
        default: break
        }
        return errors
    }

    private static func portErrors(
        _ port: JSONValue, _ field: String, needsName: Bool, names: inout Set<String>
    ) -> [FieldError] {
        var errors: [FieldError] = []
        let name = port["name"].text
        if name.isEmpty {
            if needsName { errors.append(.required("\(field).name")) }
        } else {
            errors += NameFormats.label(name).map { .invalid("\(field).name", .string(name), $0) }
            if !names.insert(name).inserted { errors.append(.duplicate("\(field).name", .string(name))) }
        }
        let number = port["port"].number
        errors += NameFormats.portNumber(number).map { .invalid("\(field).port", .integer(number), $0) }
        errors += SharedValidation.protocolErrors(port["protocol"].text, "\(field).protocol")
        errors += SharedValidation.portNumberOrNameErrors(port["targetPort"], "\(field).targetPort")
        if let application = port["appProtocol"]?.string {
            errors += NameFormats.qualifiedName(application).map {
                .invalid("\(field).appProtocol", .string(application), $0)
            }
        }
        return errors
    }

    private static func affinityErrors(_ spec: JSONObject) -> [FieldError] {
        let affinity = spec["sessionAffinity"].text
        var errors: [FieldError] = []
        if affinity.isEmpty {
            errors.append(.required("spec.sessionAffinity"))
        } else if affinity != "ClientIP", affinity != "None" {
            errors.append(.unsupported("spec.sessionAffinity", .string(affinity), ["ClientIP", "None"]))
        }
        let field = "spec.sessionAffinityConfig"
        let config = spec["sessionAffinityConfig"]
        if affinity == "ClientIP" {
            let detail = "when session affinity type is ClientIP"
            let timeout = config["clientIP"]["timeoutSeconds"]
            if !config.isSet {
                errors.append(.required(field, detail))
            } else if !config["clientIP"].isSet {
                errors.append(.required("\(field).clientIP", detail))
            } else if !timeout.isSet {
                errors.append(.required("\(field).clientIP.timeoutSeconds", detail))
            } else if !(1...86400).contains(timeout.number) {
                errors.append(
                    .invalid(
                        "\(field).clientIP.timeoutSeconds", .integer(timeout.number),
                        "must be greater than 0 and less than 86400"))
            }
        } else if affinity == "None", config.isSet {
            errors.append(.forbidden(field, "must not be set when session affinity is None"))
        }
        return errors
    }

    private static func externalAddressErrors(_ spec: JSONObject, old: JSONObject?) -> [FieldError] {
        let existing = old?["externalIPs"].texts ?? []
        return spec["externalIPs"].texts.enumerated().flatMap { index, address in
            let field = "spec.externalIPs[\(index)]"
            let errors = AddressFormats.addressErrors(field, address, existing: existing)
            return errors.isEmpty ? AddressFormats.specialAddressErrors(field, address) : errors
        }
    }

    /// Ports and node ports are distinguished by protocol and number.
    private static func portSetErrors(_ ports: [JSONValue], type: String) -> [FieldError] {
        struct Key: Hashable {
            var transport: String
            var number: Int64
        }
        var errors: [FieldError] = []
        var nodePorts: Set<Key> = []
        var numbers: Set<Key> = []
        if type == "ClusterIP" {
            for (index, port) in ports.enumerated() where port["nodePort"].number != 0 {
                errors.append(
                    .forbidden("spec.ports[\(index)].nodePort", "may not be used when `type` is 'ClusterIP'"))
            }
        }
        for (index, port) in ports.enumerated() where port["nodePort"].number != 0 {
            let number = port["nodePort"].number
            if !nodePorts.insert(Key(transport: port["protocol"].text, number: number)).inserted {
                errors.append(.duplicate("spec.ports[\(index)].nodePort", .integer(number)))
            }
        }
        for (index, port) in ports.enumerated() {
            let key = Key(transport: port["protocol"].text, number: port["port"].number)
            if !numbers.insert(key).inserted {
                let shown: JSONValue = [
                    "Name": "", "Protocol": .string(key.transport), "AppProtocol": .null, "Port": .integer(key.number),
                    "TargetPort": 0, "NodePort": 0,
                ]
                errors.append(.duplicate("spec.ports[\(index)]", shown))
            }
        }
        return errors
    }

    private static func sourceRangeErrors(_ document: Document, type: String, old: Document?) -> [FieldError] {
        let ranges = document.spec["loadBalancerSourceRanges"].texts
        let existing = old?.spec["loadBalancerSourceRanges"].texts ?? []
        let wrongType = "may only be used when `type` is 'LoadBalancer'"
        var errors: [FieldError] = []
        if !ranges.isEmpty {
            let field = "spec.LoadBalancerSourceRanges"
            if type != "LoadBalancer" { errors.append(.forbidden(field, wrongType)) }
            for (index, range) in ranges.enumerated() {
                errors += AddressFormats.networkErrors("\(field)[\(index)]", range.trimmingBlanks, existing: existing)
            }
        } else if let annotation = document.annotations[sourceRangesAnnotation] {
            let field = "metadata.annotations[\(sourceRangesAnnotation)]"
            if type != "LoadBalancer" { errors.append(.forbidden(field, wrongType)) }
            if !annotation.trimmingBlanks.isEmpty {
                for range in annotation.split(separator: ",", omittingEmptySubsequences: false) {
                    errors += AddressFormats.networkErrors(field, String(range).trimmingBlanks)
                }
            }
        }
        return errors
    }

    private static func classErrors(_ spec: JSONObject, type: String) -> [FieldError] {
        guard let name = spec["loadBalancerClass"]?.string else { return [] }
        guard type == "LoadBalancer" else {
            return [.forbidden("spec.loadBalancerClass", "may only be used when `type` is 'LoadBalancer'")]
        }
        return NameFormats.qualifiedName(name).map { .invalid("spec.loadBalancerClass", .string(name), $0) }
    }

    private static func trafficErrors(_ spec: JSONObject, type: String) -> [FieldError] {
        var errors: [FieldError] = []
        let policies = ["Cluster", "Local"]
        let external = spec["externalTrafficPolicy"].text
        if !ServiceBehaviour.isExternallyAccessible(spec) {
            if !external.isEmpty {
                errors.append(
                    .invalid(
                        "spec.externalTrafficPolicy", .string(external),
                        "may only be set for externally-accessible services"))
            }
        } else if external.isEmpty {
            errors.append(.required("spec.externalTrafficPolicy"))
        } else if !policies.contains(external) {
            errors.append(.unsupported("spec.externalTrafficPolicy", .string(external), policies))
        }
        let healthPort = spec["healthCheckNodePort"].number
        if !ServiceBehaviour.needsHealthCheck(spec) {
            if healthPort != 0 {
                errors.append(
                    .invalid(
                        "spec.healthCheckNodePort", .integer(healthPort),
                        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"))
            }
        } else if healthPort == 0 {
            errors.append(.required("spec.healthCheckNodePort"))
        } else {
            errors += NameFormats.portNumber(healthPort).map {
                .invalid("spec.healthCheckNodePort", .integer(healthPort), $0)
            }
        }
        if let policy = spec["internalTrafficPolicy"]?.string {
            if !policies.contains(policy) {
                errors.append(.unsupported("spec.internalTrafficPolicy", .string(policy), policies))
            }
        } else if ["ClusterIP", "NodePort", "LoadBalancer"].contains(type) {
            errors.append(.required("spec.internalTrafficPolicy"))
        }
        let distributions = ["PreferClose", "PreferSameZone", "PreferSameNode"]
        if let distribution = spec["trafficDistribution"]?.string, !distributions.contains(distribution) {
            errors.append(.unsupported("spec.trafficDistribution", .string(distribution), distributions))
        }
        return errors
    }
}

extension String {
    /// Without blanks at both ends.
    var trimmingBlanks: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
