package import KubernetesObjects

/// The Node of the machine that `servicelet run` runs on.
package struct MachineNode: Sendable, Hashable {
    /// The machine's properties.
    package var name: String
    /// Addresses at which others reach it, at most one per family.
    package var addresses: [String]
    package var cpus: Int
    /// In bytes.
    package var memory: UInt64
    /// `linux/amd64` and the like.
    package var architecture: String
    package var kernel: String
    package var system: String
    package var version: String

    package init(
        name: String, addresses: [String], cpus: Int, memory: UInt64, architecture: String, kernel: String,
        system: String, version: String
    ) {
        self.name = name
        self.addresses = addresses
        self.cpus = cpus
        self.memory = memory
        self.architecture = architecture
        self.kernel = kernel
        self.system = system
        self.version = version
    }

    /// The Node to create. It is a control plane node, because it runs the API.
    package var document: Document {
        Document([
            "kind": "Node", "apiVersion": "v1",
            "metadata": [
                "name": .string(name), "labels": .object(JSONObject(labels.map { ($0.key, .string($0.value)) })),
            ], "spec": [:],
        ])
    }

    private var labels: [String: String] {
        [
            "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": architecture,
            "node-role.kubernetes.io/control-plane": "",
        ]
    }

    /// The Node with an updated status; other fields stay as they are.
    ///
    /// `now`: seconds since 1970.
    package func reported(_ node: Document, now: Int64) -> Document {
        var new = node
        new.metadata["managedFields"] = nil
        var status = node.status
        let resources: JSONValue = [
            "cpu": .string("\(cpus)"), "memory": .string("\(memory / 1024)Ki"), "pods": "110",
        ]
        status["capacity"] = resources
        status["allocatable"] = resources
        status["addresses"] = .array(
            addresses.map { ["type": "InternalIP", "address": .string($0)] }
                + [["type": "Hostname", "address": .string(name)]])
        status["nodeInfo"] = [
            "machineID": "", "systemUUID": "", "bootID": "", "kernelVersion": .string(kernel),
            "osImage": .string(system), "containerRuntimeVersion": "", "kubeletVersion": .string(version),
            "kubeProxyVersion": "", "operatingSystem": "linux", "architecture": .string(architecture),
        ]
        let time = JSONValue.string(APITime.text(seconds: now))
        let present = status["conditions"].items.first { $0["type"].text == "Ready" }
        let since = present["status"].text == "True" ? present["lastTransitionTime"] ?? time : time
        let ready: JSONValue = [
            "type": "Ready", "status": "True", "lastHeartbeatTime": time, "lastTransitionTime": since,
            "reason": "ServiceletReady", "message": "servicelet serves this machine",
        ]
        status["conditions"] = .array(
            status["conditions"].items.filter { $0["type"].text != "Ready" } + [ready])
        new.status = status
        return new
    }

    /// The Node without the taint that every new Node gets until it is ready; `nil` if it has no such taint.
    package func admitted(_ node: Document) -> Document? {
        let taints = node.spec["taints"].items
        let kept = taints.filter { $0["key"].text != "node.kubernetes.io/not-ready" }
        guard kept.count < taints.count else { return nil }
        var new = node
        new.metadata["managedFields"] = nil
        new[path: "spec", "taints"] = kept.isEmpty ? nil : .array(kept)
        return new
    }
}
