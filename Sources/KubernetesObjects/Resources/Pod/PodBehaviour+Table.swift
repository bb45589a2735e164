extension PodBehaviour {
    static let columns = [
        TableColumn.name,
        TableColumn("Ready", description: "Containers that are ready, and how many there are."),
        TableColumn("Status", description: "The phase of the Pod, or what keeps it from running."),
        TableColumn("Restarts", description: "How often its containers have been restarted."),
        TableColumn.age,
        TableColumn("IP", priority: 1, description: "The address of the Pod."),
        TableColumn("Node", priority: 1, description: "The node that the Pod runs on."),
        TableColumn("Nominated Node", priority: 1, description: "The node that makes room for the Pod."),
        TableColumn("Readiness Gates", priority: 1, description: "Further conditions that are met."),
    ]

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        let spec = document.spec
        let status = document.status
        let summary = PodSummary(document)
        var restarts = "\(summary.restarts)"
        if summary.restarts != 0, let last = summary.lastRestart {
            restarts += " (\(TableText.age(last, now: now)) ago)"
        }
        func known(_ text: String) -> JSONValue { .string(text.isEmpty ? TableText.none : text) }
        let address = status["podIPs"].items.first.map { $0["ip"].text } ?? status["podIP"].text
        return [
            .string(document.name), .string("\(summary.ready)/\(summary.total)"), .string(summary.reason),
            .string(restarts), TableText.age(document, now: now), known(address), known(spec["nodeName"].text),
            known(status["nominatedNodeName"].text), .string(gates(spec, status)),
        ]
    }

    private func gates(_ spec: JSONObject, _ status: JSONObject) -> String {
        let gates = spec["readinessGates"].items
        if gates.isEmpty { return TableText.none }
        let met = gates.filter { gate in
            status["conditions"].items.contains { $0["type"] == gate["conditionType"] && $0["status"] == "True" }
        }
        return "\(met.count)/\(gates.count)"
    }
}

/// A summary of a Pod's containers.
private struct PodSummary {
    var total: Int
    var ready = 0
    var restarts: Int64 = 0
    var lastRestart: String?
    var reason: String

    init(_ document: Document) {
        let spec = document.spec
        let status = document.status
        let sidecars = Set(
            spec["initContainers"].items.filter { $0["restartPolicy"].text == "Always" }.map { $0["name"].text })
        total = spec["containers"].items.count + sidecars.count
        reason = status["reason"].text.isEmpty ? status["phase"].text : status["reason"].text
        let conditions = status["conditions"].items
        func isTrue(_ type: String) -> Bool {
            conditions.contains { $0["type"].text == type && $0["status"].text == "True" }
        }
        if conditions.contains(where: { $0["type"] == "PodScheduled" && $0["reason"] == "SchedulingGated" }) {
            reason = "SchedulingGated"
        }
        let isInitialising = takeInitContainers(
            status["initContainerStatuses"].items, sidecars: sidecars, count: spec["initContainers"].items.count)
        if !isInitialising || isTrue("Initialized") {
            let isRunning = takeContainers(status["containerStatuses"].items)
            if reason == "Completed", isRunning { reason = isTrue("Ready") ? "Running" : "NotReady" }
        }
        if document.deletionTimestamp != nil {
            if status["reason"].text == "NodeLost" {
                reason = "Unknown"
            } else if !["Failed", "Succeeded"].contains(status["phase"].text) {
                reason = "Terminating"
            }
        }
    }

    private mutating func count(_ container: JSONValue) {
        restarts += container["restartCount"].number
        if let finished = container["lastState"]["terminated"]["finishedAt"]?.string {
            lastRestart = max(lastRestart ?? finished, finished)
        }
    }

    private func ending(_ terminated: JSONValue) -> String {
        let signal = terminated["signal"].number
        return signal != 0 ? "Signal:\(signal)" : "ExitCode:\(terminated["exitCode"].number)"
    }

    /// - Returns: Whether one of them keeps the others from starting.
    private mutating func takeInitContainers(_ containers: [JSONValue], sidecars: Set<String>, count all: Int) -> Bool {
        for (index, container) in containers.enumerated() {
            count(container)
            let state = container["state"]
            if let terminated = state["terminated"] {
                if terminated["exitCode"].number == 0 { continue }
                let text = terminated["reason"].text
                reason = "Init:" + (text.isEmpty ? ending(terminated) : text)
            } else if sidecars.contains(container["name"].text), container["started"].flag {
                if container["ready"].flag { ready += 1 }
                continue
            } else if !state["waiting"]["reason"].text.isEmpty, state["waiting"]["reason"].text != "PodInitializing" {
                reason = "Init:" + state["waiting"]["reason"].text
            } else {
                reason = "Init:\(index)/\(all)"
            }
            return true
        }
        return false
    }

    /// - Returns: Whether one of them is running and ready.
    private mutating func takeContainers(_ containers: [JSONValue]) -> Bool {
        var isRunning = false
        for container in containers.reversed() {
            count(container)
            let state = container["state"]
            if !state["waiting"]["reason"].text.isEmpty {
                reason = state["waiting"]["reason"].text
            } else if let terminated = state["terminated"] {
                reason = terminated["reason"].text.isEmpty ? ending(terminated) : terminated["reason"].text
            } else if container["ready"].flag, state["running"].isSet {
                isRunning = true
                ready += 1
            }
        }
        return isRunning
    }
}
