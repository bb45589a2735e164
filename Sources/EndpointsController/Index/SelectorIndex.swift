import KubernetesAPI

/// Which Services select which Pods, maintained as both change. The cost of a change depends on the number of Pods or
/// Services that share its rarest label, not on the size of the cluster.
struct SelectorIndex: Sendable {
    private struct Label: Hashable {
        var namespace: String
        var key: String
        var value: String
    }

    /// Services, each by one label of its selector.
    private var servicesByLabel: [Label: Set<String>] = [:]
    private var filedUnder: [NamespacedName: Label] = [:]
    private var selectors: [NamespacedName: [String: String]] = [:]
    /// Pods by each of their labels.
    private var podsByLabel: [Label: Set<String>] = [:]
    private var labels: [NamespacedName: [String: String]] = [:]
    private var members: [NamespacedName: Set<String>] = [:]
    private var memberships: [NamespacedName: Set<String>] = [:]

    /// The Pods that a Service selects, ordered by name.
    func pods(of service: NamespacedName) -> [String] { (members[service] ?? []).sorted() }

    /// The Services that select a Pod.
    func services(of pod: NamespacedName) -> Set<String> { memberships[pod] ?? [] }

    /// `selector`: empty for a Service that selects nothing, or is gone.
    mutating func setService(_ service: NamespacedName, selector: [String: String]) {
        guard selectors[service] ?? [:] != selector else { return }
        if let label = filedUnder.removeValue(forKey: service) { remove(service.name, from: label, \.servicesByLabel) }
        for pod in members.removeValue(forKey: service) ?? [] {
            memberships[NamespacedName(namespace: service.namespace, name: pod)]?.remove(service.name)
        }
        selectors[service] = selector.isEmpty ? nil : selector
        guard !selector.isEmpty else { return }
        let candidates = selector.map { Label(namespace: service.namespace, key: $0.key, value: $0.value) }
        let fewestServices = candidates.min { servicesByLabel[$0]?.count ?? 0 < servicesByLabel[$1]?.count ?? 0 }
        if let label = fewestServices {
            servicesByLabel[label, default: []].insert(service.name)
            filedUnder[service] = label
        }
        let fewestPods = candidates.min { podsByLabel[$0]?.count ?? 0 < podsByLabel[$1]?.count ?? 0 }
        for name in fewestPods.flatMap({ podsByLabel[$0] }) ?? [] {
            let pod = NamespacedName(namespace: service.namespace, name: name)
            if Self.matches(selector, labels[pod] ?? [:]) { join(pod, service) }
        }
    }

    /// `labels`: `nil` for a Pod that is gone.
    mutating func setPod(_ pod: NamespacedName, labels new: [String: String]?) {
        guard labels[pod] != new else { return }
        for (key, value) in labels[pod] ?? [:] {
            remove(pod.name, from: Label(namespace: pod.namespace, key: key, value: value), \.podsByLabel)
        }
        for service in memberships.removeValue(forKey: pod) ?? [] {
            members[NamespacedName(namespace: pod.namespace, name: service)]?.remove(pod.name)
        }
        labels[pod] = new
        for (key, value) in new ?? [:] {
            let label = Label(namespace: pod.namespace, key: key, value: value)
            podsByLabel[label, default: []].insert(pod.name)
            for name in servicesByLabel[label] ?? [] {
                let service = NamespacedName(namespace: pod.namespace, name: name)
                if Self.matches(selectors[service] ?? [:], new ?? [:]) { join(pod, service) }
            }
        }
    }

    private mutating func join(_ pod: NamespacedName, _ service: NamespacedName) {
        members[service, default: []].insert(pod.name)
        memberships[pod, default: []].insert(service.name)
    }

    private mutating func remove(
        _ name: String, from label: Label, _ table: WritableKeyPath<SelectorIndex, [Label: Set<String>]>
    ) {
        self[keyPath: table][label]?.remove(name)
        if self[keyPath: table][label]?.isEmpty == true { self[keyPath: table][label] = nil }
    }

    private static func matches(_ selector: [String: String], _ labels: [String: String]) -> Bool {
        selector.allSatisfy { labels[$0.key] == $0.value }
    }
}
