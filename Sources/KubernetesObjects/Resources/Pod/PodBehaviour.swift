/// The rules for Pods.
package struct PodBehaviour: ResourceBehaviour {
    package init() {}

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        NameRule.subdomain.problems(name, isPrefix: isPrefix)
    }

    package func applyDefaults(_ document: inout Document) {
        document.modify("spec", PodDefaults.applyToPod)
    }

    package func prepareForCreate(_ document: inout Document) {
        document.generation = 1
        document["status"] = ["phase": "Pending", "qosClass": .string(Self.qualityOfService(document.spec))]
        document.modify("spec") { spec in
            spec.setDefault("priority", 0)
            spec.setDefault("preemptionPolicy", "PreemptLowerPriority")
            Self.tolerateShortOutages(&spec)
        }
    }

    /// By default, a Pod stays on an unreachable node for five minutes.
    private static func tolerateShortOutages(_ spec: inout JSONObject) {
        var tolerations = spec["tolerations"].items
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
            let isTolerated = tolerations.contains { toleration in
                let effect = toleration["effect"].text
                let tolerated = toleration["key"].text
                return (tolerated == key || tolerated.isEmpty) && (effect == "NoExecute" || effect.isEmpty)
            }
            guard !isTolerated else { continue }
            tolerations.append([
                "key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300,
            ])
        }
        spec["tolerations"] = .array(tolerations)
    }

    package func prepareForUpdate(_ document: inout Document, old: Document, subresource: String) {
        if subresource == "status" {
            document["spec"] = old["spec"]
            document.generation = old.generation
            document.ownerReferences = old.ownerReferences
            if document.status["qosClass"].text.isEmpty {
                document[path: "status", "qosClass"] = old.status["qosClass"]
            }
            return
        }
        if subresource == "ephemeralcontainers" {
            var spec = old.spec
            spec["ephemeralContainers"] = document.spec["ephemeralContainers"]
            document = old
            document["spec"] = .object(spec)
        }
        document["status"] = old["status"]
        document.generation = old.generation + (document["spec"] == old["spec"] ? 0 : 1)
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        let errors = PodSpecValidation.errors(document.spec, "spec")
        guard !document.spec["ephemeralContainers"].items.isEmpty else { return errors }
        return errors + [.forbidden("spec.ephemeralContainers", "cannot be set on create")]
    }

    package func validateUpdate(_ document: Document, old: Document, subresource: String) -> [FieldError] {
        switch subresource {
        case "status": []
        case "ephemeralcontainers": PodUpdateValidation.ephemeralErrors(document.spec, old: old.spec)
        default: PodUpdateValidation.errors(document.spec, old: old.spec)
        }
    }

    package var selectableFieldNames: [String] {
        [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
            "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName",
        ]
    }

    package func selectableFields(_ document: Document) -> [(name: String, value: String)] {
        let spec = document.spec
        let status = document.status
        let texts = ["nodeName", "restartPolicy", "schedulerName", "serviceAccountName"].map {
            (name: "spec.\($0)", value: spec[$0].text)
        }
        let address = status["podIPs"].items.first.map { $0["ip"].text } ?? status["podIP"].text
        return texts + [
            ("spec.hostNetwork", "\(spec["hostNetwork"].flag)"), ("status.phase", status["phase"].text),
            ("status.podIP", address), ("status.podIPs", address),
            ("status.nominatedNodeName", status["nominatedNodeName"].text),
        ]
    }

    /// A Pod on a node gets its grace period; others vanish at once.
    package func gracePeriodSeconds(_ document: Document, requested: Int64?) -> Int64? {
        var period = requested ?? document.spec["terminationGracePeriodSeconds"]?.integer ?? 30
        if document.spec["nodeName"].text.isEmpty { period = 0 }
        if ["Succeeded", "Failed"].contains(document.status["phase"].text) { period = 0 }
        return period < 0 ? 1 : period
    }

    /// The Pod's quality of service class.
    static func qualityOfService(_ spec: JSONObject) -> String {
        let containers = spec["containers"].items + spec["initContainers"].items
        var asks = false
        var isGuaranteed = true
        for container in containers {
            let requests = container["resources"]["requests"].fields
            let limits = container["resources"]["limits"].fields
            for resource in ["cpu", "memory"] {
                let request = Quantity(requests[resource].text).flatMap { $0.isZero ? nil : $0 }
                let limit = Quantity(limits[resource].text).flatMap { $0.isZero ? nil : $0 }
                if request != nil || limit != nil { asks = true }
                if limit == nil || (request != nil && request != limit) { isGuaranteed = false }
            }
        }
        return asks ? (isGuaranteed ? "Guaranteed" : "Burstable") : "BestEffort"
    }

    /// Binds a Pod to a node, as a scheduler requests with a Binding.
    ///
    /// - Throws: `APIStatus` if the Pod is on a node already or is being deleted.
    package static func bind(_ pod: inout Document, _ binding: Document, now: Int64) throws(APIStatus) {
        let resource = GroupResource(group: "", resource: "pods/binding")
        let target = binding["target"]
        let node = target["name"].text
        if let kind = target["kind"]?.string, !kind.isEmpty, kind != "Node" {
            let error = FieldError.unsupported("target.kind", .string(kind), ["Node", "<empty>"])
            throw .invalid(kind: GroupKind(group: "", kind: "Binding"), name: pod.name, [error])
        }
        if node.isEmpty {
            throw .invalid(kind: GroupKind(group: "", kind: "Binding"), name: pod.name, [.required("target.name")])
        }
        if pod.deletionTimestamp != nil {
            throw .conflict(resource, name: pod.name, "pod \(pod.name) is being deleted, cannot be assigned to a host")
        }
        let current = pod.spec["nodeName"].text
        if !current.isEmpty {
            throw .conflict(
                resource, name: pod.name, "pod \(pod.name) is already assigned to node \(GoText.quoted(current))")
        }
        pod[path: "spec", "nodeName"] = .string(node)
        var conditions = pod.status["conditions"].items.filter { $0["type"].text != "PodScheduled" }
        conditions.append([
            "type": "PodScheduled", "status": "True", "lastProbeTime": .null,
            "lastTransitionTime": .string(APITime.text(seconds: now)),
        ])
        pod[path: "status", "conditions"] = .array(conditions)
    }
}
