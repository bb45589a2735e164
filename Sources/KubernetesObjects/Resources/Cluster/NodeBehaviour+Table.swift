extension NodeBehaviour {
    static let columns = [
        TableColumn.name,
        TableColumn("Status", description: "Whether the node is ready, and takes new Pods."),
        TableColumn("Roles", description: "The roles that the node's labels name."),
        TableColumn.age,
        TableColumn("Version", description: "The version of the kubelet."),
        TableColumn("Internal-IP", priority: 1, description: "The node's address inside the cluster."),
        TableColumn("External-IP", priority: 1, description: "The node's address outside the cluster."),
        TableColumn("OS-Image", priority: 1, description: "The operating system."),
        TableColumn("Kernel-Version", priority: 1, description: "The version of the kernel."),
        TableColumn("Container-Runtime", priority: 1, description: "What runs containers on the node."),
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        let info = document.status["nodeInfo"]
        func known(_ key: String) -> JSONValue {
            .string(info[key].text.isEmpty ? TableText.unknown : info[key].text)
        }
        func address(_ type: String) -> JSONValue {
            let address = document.status["addresses"].items.first { $0["type"].text == type }
            return .string(address.map { $0["address"].text } ?? TableText.none)
        }
        return [
            .string(document.name), .string(status(document)), .string(roles(document)),
            TableText.age(document, now: now), .string(info["kubeletVersion"].text),
            address("InternalIP"), address("ExternalIP"), known("osImage"), known("kernelVersion"),
            known("containerRuntimeVersion"),
        ]
    }

    private func status(_ document: Document) -> String {
        let ready = document.status["conditions"].items.first { $0["type"].text == "Ready" }
        let status = ready.map { $0["status"].text == "True" ? "Ready" : "NotReady" } ?? "Unknown"
        return status + (document.spec["unschedulable"].flag ? ",SchedulingDisabled" : "")
    }

    private func roles(_ document: Document) -> String {
        let prefix = "node-role.kubernetes.io/"
        let roles = document.labels.compactMap { key, value in
            if key.hasPrefix(prefix), key != prefix { return String(key.dropFirst(prefix.count)) }
            return key == "kubernetes.io/role" && !value.isEmpty ? value : nil
        }
        return TableText.joined(Set(roles).sorted())
    }
}
