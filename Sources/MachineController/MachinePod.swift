import InternetAddresses
package import KubernetesAPI
package import KubernetesObjects

/// A Pod that represents something already running on this machine, at the addresses in an annotation.
package struct MachinePod: Sendable, Hashable {
    /// The annotation with the Pod's addresses, separated by commas: one, or one per family.
    package static let annotation = "servicelet.io/address"

    package var name: NamespacedName
    package var uid: String
    /// The object without managed fields.
    package var document: Document
    package var addresses: [String]

    /// `nil` for a Pod without the annotation, and for one on a Node other than `node`.
    ///
    /// - Throws: ``MachineError`` for an annotation that cannot be used.
    package init?(_ document: Document, node: String) throws(MachineError) {
        guard let text = document.annotations[Self.annotation] else { return nil }
        let scheduled = document.spec["nodeName"].text
        guard scheduled.isEmpty || scheduled == node else { return nil }
        name = NamespacedName(namespace: document.namespace, name: document.name)
        uid = document.uid
        self.document = document
        self.document.metadata["managedFields"] = nil
        let parsed = text.split(separator: ",").map { IPAddress(String($0).trimmed) }
        let addresses = parsed.compactMap { $0 }
        guard !addresses.isEmpty, addresses.count == parsed.count,
            Set(addresses.map(\.family)).count == addresses.count
        else {
            throw MachineError(
                "Pod \(name): the annotation \(Self.annotation) is “\(text)”; write an address such as 192.0.2.10, or "
                    + "one of each family separated by a comma"
            )
        }
        self.addresses = addresses.map(\.description)
    }

    package var hasNode: Bool { !document.spec["nodeName"].text.isEmpty }
    package var isBeingDeleted: Bool { document.deletionTimestamp != nil }

    /// When the grace period of a Pod being deleted ends; seconds since 1970.
    package var end: Int64? { APITime.parse(document.deletionTimestamp ?? "")?.seconds }

    /// The readiness probes by container; `nil` for a container without one.
    package var probes: [String: ReadinessProbe?] {
        let address = addresses.first ?? ""
        return Dictionary(
            document.spec["containers"].items.map {
                ($0["name"].text, ReadinessProbe(container: $0, address: address))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The Pod with the status that it should have.
    ///
    /// `ready`: the containers that are ready.
    /// `unsupported`: why a container can never be ready, in words. `hostAddresses`: of this machine. `now`:
    /// seconds since 1970.
    package func reported(
        ready: Set<String>, unsupported: String?, hostAddresses: [String], now: Int64
    ) -> Document {
        var new = document
        var status = document.status
        let time = JSONValue.string(APITime.text(seconds: now))
        status["phase"] = "Running"
        status["podIP"] = .string(addresses[0])
        status["podIPs"] = .array(addresses.map { ["ip": .string($0)] })
        if let host = hostAddresses.first {
            status["hostIP"] = .string(host)
            status["hostIPs"] = .array(hostAddresses.map { ["ip": .string($0)] })
        }
        status.setIfAbsent("startTime", time)
        let containers = document.spec["containers"].items
        let isReady = containers.allSatisfy { ready.contains($0["name"].text) }
        status["containerStatuses"] = .array(containers.map { state(of: $0, ready: ready, time) })
        var conditions = status["conditions"].items
        let waiting = containers.map { $0["name"].text }.filter { !ready.contains($0) }
        let reason = isReady ? "" : "ContainersNotReady"
        let message =
            isReady ? "" : unsupported ?? "containers with unready status: [\(waiting.joined(separator: " "))]"
        for (type, value) in [("PodReadyToStartContainers", true), ("Initialized", true)] {
            Self.set(type, value, reason: "", message: "", time, &conditions)
        }
        for type in ["Ready", "ContainersReady"] {
            Self.set(type, isReady, reason: reason, message: message, time, &conditions)
        }
        status["conditions"] = .array(conditions)
        new.status = status
        return new
    }

    private func state(of container: JSONValue, ready: Set<String>, _ time: JSONValue) -> JSONValue {
        let name = container["name"].text
        let present = document.status["containerStatuses"].items.first { $0["name"].text == name }
        let started = present["state"]["running"]["startedAt"] ?? time
        return [
            "name": .string(name), "image": .string(container["image"].text), "imageID": "",
            "ready": .bool(ready.contains(name)), "started": true, "restartCount": 0,
            "state": ["running": ["startedAt": started]],
        ]
    }

    private static func set(
        _ type: String, _ value: Bool, reason: String, message: String, _ time: JSONValue,
        _ conditions: inout [JSONValue]
    ) {
        let status = value ? "True" : "False"
        let index = conditions.firstIndex { $0["type"].text == type }
        let present = index.map { conditions[$0] }
        var condition: JSONObject = ["type": .string(type), "status": .string(status), "lastProbeTime": .null]
        condition["lastTransitionTime"] =
            present["status"].text == status ? present["lastTransitionTime"] ?? time : time
        if !reason.isEmpty { condition["reason"] = .string(reason) }
        if !message.isEmpty { condition["message"] = .string(message) }
        if let index { conditions[index] = .object(condition) } else { conditions.append(.object(condition)) }
    }
}

extension JSONObject {
    fileprivate mutating func setIfAbsent(_ key: String, _ value: JSONValue) {
        if self[key] == nil { self[key] = value }
    }
}

extension String {
    fileprivate var trimmed: String { filter { !$0.isWhitespace } }
}

/// Why a Pod cannot be managed on this machine.
package struct MachineError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The object, the fault, and the remedy.
    package var description: String

    init(_ description: String) { self.description = description }
}
