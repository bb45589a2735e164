extension ServiceBehaviour {
    static let columns = [
        TableColumn.name,
        TableColumn("Type", description: "How the Service is exposed."),
        TableColumn("Cluster-IP", description: "The address of the Service inside the cluster."),
        TableColumn("External-IP", description: "The addresses or the name that clients outside the cluster use."),
        TableColumn("Port(s)", description: "The ports of the Service, with their node ports."),
        TableColumn.age,
        TableColumn("Selector", priority: 1, description: "The labels of the Pods behind the Service."),
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        let spec = document.spec
        return [
            .string(document.name),
            .string(spec["type"].text),
            .string(spec["clusterIPs"].texts.first ?? TableText.none),
            .string(externalAddress(spec, document.status)),
            .string(TableText.joined(spec["ports"].items.map(portText))),
            TableText.age(document, now: now),
            .string(TableText.labels(spec["selector"].fields)),
        ]
    }

    private func portText(_ port: JSONValue) -> String {
        let nodePort = port["nodePort"].number
        return "\(port["port"].number)" + (nodePort > 0 ? ":\(nodePort)" : "") + "/\(port["protocol"].text)"
    }

    private func externalAddress(_ spec: JSONObject, _ status: JSONObject) -> String {
        let external = spec["externalIPs"].texts
        switch spec["type"].text {
        case "ClusterIP", "NodePort":
            return TableText.joined(external)
        case "LoadBalancer":
            let all = TableText.loadBalancer(status) + external
            return all.isEmpty ? "<pending>" : all.joined(separator: ",")
        case "ExternalName":
            return spec["externalName"].text
        default:
            return TableText.unknown
        }
    }
}
