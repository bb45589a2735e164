/// The defaults of Pods and Pod templates.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
enum PodDefaults {
    /// Defaults that also apply to templates.
    static func applyToSpec(_ spec: inout JSONObject) {
        spec.setDefault(emptyText: "dnsPolicy", "ClusterFirst")
        spec.setDefault(emptyText: "restartPolicy", "Always")
        spec.setDefault(emptyText: "schedulerName", "default-scheduler")
        spec.setDefault("securityContext", [:])
        spec.setDefault("terminationGracePeriodSeconds", 30)
        // Two names for the same field.
        let account = spec["serviceAccountName"].text.isEmpty ? spec["serviceAccount"] : spec["serviceAccountName"]
        if let account, !account.string.orEmpty.isEmpty {
            spec["serviceAccountName"] = account
            spec["serviceAccount"] = account
        }
        let isOnHost = spec["hostNetwork"].flag
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            spec.modifyItems(list) { applyToContainer(&$0, isOnHost: isOnHost && list != "ephemeralContainers") }
        }
        spec.modifyItems("volumes", applyToVolume)
    }

    /// Defaults for Pods only.
    static func applyToPod(_ spec: inout JSONObject) {
        spec.setDefault("enableServiceLinks", true)
        for list in ["containers", "initContainers"] {
            spec.modifyItems(list) { container in
                guard container["resources"]["limits"].isSet else { return }
                container.modify("resources") { resources in
                    var requests = resources["requests"].fields
                    for (name, limit) in resources["limits"].fields where requests[name] == nil {
                        requests[name] = limit
                    }
                    resources["requests"] = .object(requests.sorted())
                }
            }
        }
        applyToSpec(&spec)
    }

    private static func applyToContainer(_ container: inout JSONObject, isOnHost: Bool) {
        let policy = pullPolicy(image: container["image"].text)
        container.setDefault(emptyText: "imagePullPolicy", policy)
        container.setDefault(emptyText: "terminationMessagePath", "/dev/termination-log")
        container.setDefault(emptyText: "terminationMessagePolicy", "File")
        container.modifyItems("ports") { port in
            port.setDefault(emptyText: "protocol", "TCP")
            if isOnHost, port["hostPort"].number == 0 { port["hostPort"] = port["containerPort"] }
        }
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            container.modify(probe, applyToProbe)
        }
        container.modify("lifecycle") { lifecycle in
            for hook in ["postStart", "preStop"] {
                lifecycle.modify(hook) { $0.modify("httpGet", applyToRequest) }
            }
        }
        container.modifyItems("env") { variable in
            variable.modify("valueFrom") { source in
                source.modify("fieldRef") { $0.setDefault(emptyText: "apiVersion", "v1") }
            }
        }
    }

    /// Images whose tag may move are always pulled.
    private static func pullPolicy(image: String) -> String {
        if image.contains("@") { return "IfNotPresent" }
        let last = image.split(separator: "/").last ?? ""
        let tag = last.split(separator: ":", maxSplits: 1).dropFirst().first ?? "latest"
        return tag == "latest" ? "Always" : "IfNotPresent"
    }

    private static func applyToProbe(_ probe: inout JSONObject) {
        for (key, value) in [
            ("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3),
        ]
        where probe[key].number == 0 {
            probe[key] = .integer(Int64(value))
        }
        probe.modify("httpGet", applyToRequest)
        probe.modify("grpc") { $0.setDefault("service", "") }
    }

    private static func applyToRequest(_ request: inout JSONObject) {
        request.setDefault(emptyText: "path", "/")
        request.setDefault(emptyText: "scheme", "HTTP")
    }

    private static func applyToVolume(_ volume: inout JSONObject) {
        if volume.keys.allSatisfy({ $0 == "name" }) { volume["emptyDir"] = [:] }
        for kind in ["secret", "configMap", "projected", "downwardAPI"] {
            volume.modify(kind) { $0.setDefault("defaultMode", 420) }
        }
        volume.modify("hostPath") { $0.setDefault("type", "") }
        volume.modify("downwardAPI") { source in
            source.modifyItems("items") { item in
                item.modify("fieldRef") { $0.setDefault(emptyText: "apiVersion", "v1") }
            }
        }
        volume.modify("projected") { projected in
            projected.modifyItems("sources") { source in
                source.modify("serviceAccountToken") { $0.setDefault("expirationSeconds", 3600) }
                source.modify("downwardAPI") { downward in
                    downward.modifyItems("items") { item in
                        item.modify("fieldRef") { $0.setDefault(emptyText: "apiVersion", "v1") }
                    }
                }
            }
        }
        volume.modify("iscsi") { $0.setDefault(emptyText: "iscsiInterface", "default") }
        volume.modify("rbd") { rbd in
            rbd.setDefault(emptyText: "pool", "rbd")
            rbd.setDefault(emptyText: "user", "admin")
            rbd.setDefault(emptyText: "keyring", "/etc/ceph/keyring")
        }
        volume.modify("azureDisk") { disk in
            disk.setDefault("cachingMode", "ReadWrite")
            disk.setDefault("kind", "Shared")
            disk.setDefault("fsType", "ext4")
            disk.setDefault("readOnly", false)
        }
        volume.modify("scaleIO") { source in
            source.setDefault(emptyText: "storageMode", "ThinProvisioned")
            source.setDefault(emptyText: "fsType", "xfs")
        }
    }
}

extension String? {
    var orEmpty: String { self ?? "" }
}
