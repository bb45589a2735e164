/// Warnings about accepted Services.
enum ServiceWarnings {
    private static let oldTopologyAnnotation = "service.kubernetes.io/topology-aware-hints"
    private static let topologyAnnotation = "service.kubernetes.io/topology-mode"

    static func warnings(_ document: Document) -> [String] {
        let spec = document.spec
        let type = spec["type"].text
        let clusterIP = spec["clusterIP"].text
        let isHeadless = type == "ClusterIP" && clusterIP == "None"
        let externalIPs = spec["externalIPs"].texts
        var warnings: [String] = []
        if document.annotations[oldTopologyAnnotation] != nil {
            warnings.append(
                "annotation \(oldTopologyAnnotation) is deprecated, please use \(topologyAnnotation) instead")
        }
        if !clusterIP.isEmpty, clusterIP != "None" {
            for (index, address) in spec["clusterIPs"].texts.enumerated() {
                warnings += AddressFormats.addressWarnings("spec.clusterIPs[\(index)]", address)
            }
        }
        if isHeadless {
            if !spec["loadBalancerIP"].text.isEmpty {
                warnings.append("spec.loadBalancerIP is ignored for headless services")
            }
            if !externalIPs.isEmpty { warnings.append("spec.externalIPs is ignored for headless services") }
            if spec["sessionAffinity"].text != "None" {
                warnings.append("spec.SessionAffinity is ignored for headless services")
            }
        }
        for (index, address) in externalIPs.enumerated() {
            warnings += AddressFormats.addressWarnings("spec.externalIPs[\(index)]", address)
        }
        if !externalIPs.isEmpty, !isHeadless, type != "ExternalName" {
            warnings.append("spec.externalIPs is deprecated and may no longer be implemented in some clusters")
        }
        if !spec["loadBalancerIP"].text.isEmpty {
            warnings += AddressFormats.addressWarnings("spec.loadBalancerIP", spec["loadBalancerIP"].text)
        }
        for (index, range) in spec["loadBalancerSourceRanges"].texts.enumerated() {
            warnings += AddressFormats.networkWarnings("spec.loadBalancerSourceRanges[\(index)]", range)
        }
        if type == "ExternalName", !externalIPs.isEmpty {
            warnings.append(#"spec.externalIPs is ignored when spec.type is "ExternalName""#)
        }
        if type != "ExternalName", !spec["externalName"].text.isEmpty {
            warnings.append(#"spec.externalName is ignored when spec.type is not "ExternalName""#)
        }
        if spec["trafficDistribution"].text == "PreferClose" {
            warnings.append(#"spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone""#)
        }
        return warnings
    }
}
