import FoundationEssentials
package import KubernetesAPI

/// Details of Pods from the API that routing does not read: conditions, waiting containers, warnings.
package enum PodReports {
    /// Reads a PodList and an EventList, as JSON, ignoring what cannot be read.
    package static func read(pods: [UInt8], events: [UInt8]) -> [NamespacedName: PodReport] {
        var reports: [NamespacedName: PodReport] = [:]
        for pod in items(pods) {
            guard let name = name(pod["metadata"]) else { continue }
            reports[name] = report(pod)
        }
        var latest: [NamespacedName: String] = [:]
        for event in items(events) where event["type"]?.text != "Normal" {
            guard let object = event["involvedObject"], object["kind"]?.text == "Pod", let name = name(object),
                let message = event["message"]?.text
            else { continue }
            // Times in this form are ordered as texts; a list is not ordered by time.
            let times = ["lastTimestamp", "eventTime"].compactMap { event[$0]?.text }
            let time = times.max() ?? event["metadata"]?["creationTimestamp"]?.text ?? ""
            guard time >= latest[name] ?? "" else { continue }
            latest[name] = time
            let reason = event["reason"]?.text ?? "Warning"
            reports[name]?.event = "\(reason): \(message.prefix(200))"
        }
        return reports
    }

    private static func items(_ json: [UInt8]) -> [JSONValue] {
        do { return try JSONDecoder().decode(JSONValue.self, from: Data(json))["items"]?.elements ?? [] } catch {
            return []
        }
    }

    private static func name(_ object: JSONValue?) -> NamespacedName? {
        guard let namespace = object?["namespace"]?.text, let name = object?["name"]?.text else { return nil }
        return NamespacedName(namespace: namespace, name: name)
    }

    private static func report(_ pod: JSONValue) -> PodReport {
        var report = PodReport()
        let status = pod["status"] ?? .null
        for container in status["containerStatuses"]?.elements ?? [] {
            let name = container["name"]?.text ?? ""
            for (state, details) in container["state"]?.members ?? [:] where state != "running" {
                let parts = [details["reason"]?.text ?? state, details["message"]?.text].compactMap(\.self)
                report.reasons.append("container \(name): \(parts.joined(separator: ": "))")
            }
        }
        let conditions = (status["conditions"]?.elements ?? []).filter { $0["status"]?.text == "False" }
        if report.reasons.isEmpty {
            report.reasons = conditions.compactMap { condition in
                guard let type = condition["type"]?.text, type != "PodReadyToStartContainers" else { return nil }
                let parts = [condition["reason"]?.text, condition["message"]?.text].compactMap(\.self).filter {
                    !$0.isEmpty
                }
                return parts.isEmpty ? "\(type) is false" : "\(type) is false: \(parts.joined(separator: ": "))"
            }
        }
        report.declaredPorts = (pod["spec"]?["containers"]?.elements ?? []).flatMap { $0["ports"]?.elements ?? [] }
            .compactMap { $0["containerPort"]?.integer.map { UInt16(clamping: $0) } }
        return report
    }
}
