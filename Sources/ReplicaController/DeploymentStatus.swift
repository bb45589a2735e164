import KubernetesObjects

/// The status of a Deployment.
struct DeploymentStatus {
    let deployment: Document
    /// The current template's ReplicaSet; `nil` if there is none yet.
    let new: Document?
    let all: [Document]
    /// Seconds since 1970.
    let now: Int64

    static func isComplete(_ deployment: Document, new: Document, old: [Document]) -> Bool {
        let wanted = deployment.wantedReplicas
        let sets = old + [new]
        return new.count("replicas") == wanted && sets.map { $0.count("replicas") }.reduce(0, +) == wanted
            && sets.map { $0.count("availableReplicas") }.reduce(0, +) == wanted
    }

    private func sum(_ key: String) -> Int64 { all.map { $0.count(key) }.reduce(0, +) }

    /// The status, and when to check it again even without changes.
    var value: (status: JSONObject, deadline: Int64?) {
        let wantedOfAll = all.map(\.wantedReplicas).reduce(0, +)
        let available = sum("availableReplicas")
        var status: JSONObject = ["observedGeneration": .integer(deployment.generation)]
        for (key, count) in [
            ("replicas", sum("replicas")), ("updatedReplicas", new?.count("replicas") ?? 0),
            ("readyReplicas", sum("readyReplicas")), ("availableReplicas", available),
            ("unavailableReplicas", max(0, wantedOfAll - available)),
        ] where count != 0 {
            status[key] = .integer(count)
        }
        status["terminatingReplicas"] = .integer(sum("terminatingReplicas"))
        var conditions = deployment.status["conditions"].items
        let needed = deployment.wantedReplicas - DeploymentScale.margins(deployment).unavailable
        if available >= needed {
            set(
                "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", &conditions)
        } else {
            set(
                "Available", "False", "MinimumReplicasUnavailable",
                "Deployment does not have minimum availability.", &conditions)
        }
        let deadline = setProgress(status, &conditions)
        status["conditions"] = .array(conditions)
        return (status, deadline)
    }

    /// Sets the condition about the rollout's progress.
    ///
    /// - Returns: When its deadline expires.
    private func setProgress(_ status: JSONObject, _ conditions: inout [JSONValue]) -> Int64? {
        let type = "Progressing"
        if deployment.deletionTimestamp != nil { return nil }
        let present = conditions.first { $0["type"].text == type }
        if deployment.spec["paused"].flag {
            if present["reason"].text != "NewReplicaSetAvailable", present["reason"].text != "DeploymentPaused" {
                set(type, "Unknown", "DeploymentPaused", "Deployment is paused", &conditions)
            }
            return nil
        }
        guard let limit = deployment.spec["progressDeadlineSeconds"]?.integer else { return nil }
        guard let new else {
            if present == nil { set(type, "True", "NewReplicaSetCreated", "A new ReplicaSet is created", &conditions) }
            return nil
        }
        let name = "ReplicaSet \"\(new.name)\""
        let old = all.filter { $0.uid != new.uid }
        if Self.isComplete(deployment, new: new, old: old) {
            set(type, "True", "NewReplicaSetAvailable", "\(name) has successfully progressed.", &conditions)
            return nil
        }
        let moves = ["updatedReplicas", "readyReplicas", "availableReplicas"].contains {
            status[$0].number > deployment.count($0)
        }
        // Fewer old Pods are also progress.
        let retired =
            status["replicas"].number - status["updatedReplicas"].number
            < deployment.count("replicas") - deployment.count("updatedReplicas")
        if moves || retired || present == nil || present["reason"].text == "NewReplicaSetAvailable"
            || present["reason"].text == "DeploymentPaused"
        {
            set(type, "True", "ReplicaSetUpdated", "\(name) is progressing.", &conditions, isProgress: moves || retired)
        }
        let since = conditions.first { $0["type"].text == type }?["lastUpdateTime"].text ?? ""
        let end = (APITime.parse(since)?.seconds ?? now) + limit
        guard end <= now else { return end }
        set(type, "False", "ProgressDeadlineExceeded", "\(name) has timed out progressing.", &conditions)
        return nil
    }

    /// Sets a condition; its times change only with its contents.
    private func set(
        _ type: String, _ value: String, _ reason: String, _ message: String, _ conditions: inout [JSONValue],
        isProgress: Bool = false
    ) {
        let index = conditions.firstIndex { $0["type"].text == type }
        let present = index.map { conditions[$0] }
        if present["status"].text == value, present["reason"].text == reason, !isProgress { return }
        let time = JSONValue.string(APITime.text(seconds: now))
        let condition: JSONValue = [
            "type": .string(type), "status": .string(value), "lastUpdateTime": time,
            "lastTransitionTime": present["status"].text == value ? present["lastTransitionTime"] ?? time : time,
            "reason": .string(reason), "message": .string(message),
        ]
        if let index { conditions[index] = condition } else { conditions.append(condition) }
    }
}
