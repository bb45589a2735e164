/// The rules for Services. Addresses and node ports are allocated elsewhere, before validation.
package struct ServiceBehaviour: ResourceBehaviour {
    package init() {}

    package var allowsCreateOnUpdate: Bool { true }

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.label.problems(name, isPrefix: isPrefix)
    }

    package func applyDefaults(_ document: inout Document) {
        document.modify("spec") { spec in
            spec.setDefault(emptyText: "sessionAffinity", "None")
            if spec["sessionAffinity"].text == "None" { spec["sessionAffinityConfig"] = nil }
            if spec["sessionAffinity"].text == "ClientIP",
                spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"] == nil
            {
                spec["sessionAffinityConfig"] = ["clientIP": ["timeoutSeconds": 10800]]
            }
            spec.setDefault(emptyText: "type", "ClusterIP")
            spec.modifyItems("ports") { port in
                port.setDefault(emptyText: "protocol", "TCP")
                if !port["targetPort"].isSet || port["targetPort"] == 0 || port["targetPort"] == "" {
                    port["targetPort"] = port["port"]
                }
            }
            let type = spec["type"].text
            if Self.isExternallyAccessible(spec) { spec.setDefault(emptyText: "externalTrafficPolicy", "Cluster") }
            if ["ClusterIP", "NodePort", "LoadBalancer"].contains(type) {
                spec.setDefault("internalTrafficPolicy", "Cluster")
            }
            if type == "LoadBalancer" { spec.setDefault("allocateLoadBalancerNodePorts", true) }
        }
        guard document.spec["type"].text == "LoadBalancer" else { return }
        document.modify("status") { status in
            status.modify("loadBalancer") { balancer in
                balancer.modifyItems("ingress") { ingress in
                    if !ingress["ip"].text.isEmpty { ingress.setDefault("ipMode", "VIP") }
                }
            }
        }
    }

    package func prepareForCreate(_ document: inout Document) {
        document["status"] = ["loadBalancer": [:]]
    }

    package func prepareForUpdate(_ document: inout Document, old: Document, subresource: String) {
        if subresource == "status" {
            document["spec"] = old["spec"]
            return
        }
        document["status"] = old["status"]
        if old.spec["type"].text == "LoadBalancer", document.spec["type"].text != "LoadBalancer" {
            document[path: "status", "loadBalancer"] = [:]
        }
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        ServiceValidation.errors(document)
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        subresource == "status"
            ? ServiceValidation.statusErrors(document, old: old)
            : ServiceValidation.updateErrors(document, old: old) + ServiceValidation.errors(document, old: old)
    }

    package func warningsOnCreate(_ document: Document) -> [String] { ServiceWarnings.warnings(document) }

    package func warningsOnUpdate(_ document: Document, old: Document) -> [String] {
        ServiceWarnings.warnings(document)
    }

    package var selectableFieldNames: [String] { ["spec.clusterIP", "spec.type"] }

    package func selectableFields(_ document: Document) -> [(name: String, value: String)] {
        [("spec.clusterIP", document.spec["clusterIP"].text), ("spec.type", document.spec["type"].text)]
    }

    /// Whether clients outside the cluster can reach it, through its type or external addresses.
    static func isExternallyAccessible(_ spec: JSONObject) -> Bool {
        switch spec["type"].text {
        case "NodePort", "LoadBalancer": true
        case "ClusterIP": !spec["externalIPs"].items.isEmpty
        default: false
        }
    }

    /// Whether it has a health check port.
    static func needsHealthCheck(_ spec: JSONObject) -> Bool {
        spec["type"].text == "LoadBalancer" && spec["externalTrafficPolicy"].text == "Local"
    }
}
