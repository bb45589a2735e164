package import KubernetesAPI
package import KubernetesObjects

/// The Deployments, ReplicaSets and Pods of a cluster, and the workloads affected by each change.
///
/// A plain value; writes are applied at once, because a watch reports them only later.
package struct WorkloadCluster: Sendable {
    /// A key to process.
    package enum Key: Sendable, Hashable {
        case replicaSet(NamespacedName)
        case deployment(NamespacedName)
    }

    /// The followed kinds.
    package enum Kind: Sendable, Hashable, CaseIterable {
        case deployment, replicaSet, pod
    }

    private var deployments: [NamespacedName: Document] = [:]
    private var replicaSets: [NamespacedName: Document] = [:]
    private var pods: [NamespacedName: WorkloadPod] = [:]
    /// Objects by the uid of their manager; unmanaged ones under an empty uid and their namespace.
    private var podsByOwner: [String: Set<NamespacedName>] = [:]
    private var setsByOwner: [String: Set<NamespacedName>] = [:]
    private var setsByNamespace: [String: Set<NamespacedName>] = [:]
    private var deploymentsByNamespace: [String: Set<NamespacedName>] = [:]
    /// The version at which we deleted a Pod, until the watch reports it.
    private var deletedPods: [NamespacedName: UInt64] = [:]

    package init() {}

    package func names(of kind: Kind) -> [NamespacedName] {
        switch kind {
        case .deployment: Array(deployments.keys)
        case .replicaSet: Array(replicaSets.keys)
        case .pod: Array(pods.keys)
        }
    }

    // MARK: Changes

    /// Applies an object from a watch, a list, or the answer to a write.
    ///
    /// - Returns: The keys to process.
    package mutating func set(_ kind: Kind, _ document: Document) -> Set<Key> {
        let name = NamespacedName(namespace: document.namespace, name: document.name)
        var slim = document
        slim.metadata["managedFields"] = nil
        switch kind {
        case .deployment:
            guard isNews(document.resourceVersion, deployments[name]?.resourceVersion) else { return [] }
            deployments[name] = slim
            deploymentsByNamespace[name.namespace, default: []].insert(name)
            return [.deployment(name)]
        case .replicaSet:
            guard isNews(document.resourceVersion, replicaSets[name]?.resourceVersion) else { return [] }
            let before = replicaSets[name]
            if let before { setsByOwner[Self.owner(before)]?.remove(name) }
            replicaSets[name] = slim
            setsByOwner[Self.owner(slim), default: []].insert(name)
            setsByNamespace[name.namespace, default: []].insert(name)
            return concerned(by: slim).union(before.map { concerned(by: $0) } ?? [])
        case .pod: return set(WorkloadPod(document))
        }
    }

    package mutating func remove(_ kind: Kind, _ name: NamespacedName, version: String?) -> Set<Key> {
        let version = version.flatMap { UInt64($0) } ?? .max
        func isNewer(_ known: String?) -> Bool { known.flatMap { UInt64($0) } ?? 0 > version }
        switch kind {
        case .deployment:
            guard !isNewer(deployments[name]?.resourceVersion) else { return [] }
            deployments[name] = nil
            deploymentsByNamespace[name.namespace]?.remove(name)
            return []
        case .replicaSet:
            guard !isNewer(replicaSets[name]?.resourceVersion), let gone = replicaSets.removeValue(forKey: name) else {
                return []
            }
            setsByOwner[Self.owner(gone)]?.remove(name)
            setsByNamespace[name.namespace]?.remove(name)
            return concerned(by: gone).subtracting([.replicaSet(name)])
        case .pod:
            deletedPods[name] = nil
            guard !isNewer(pods[name]?.resourceVersion), let gone = pods.removeValue(forKey: name) else { return [] }
            podsByOwner[Self.owner(gone)]?.remove(name)
            return concerned(by: gone)
        }
    }

    /// Records that a Pod was deleted, or is about to be.
    package mutating func wroteDeletion(of pod: WorkloadPod) {
        deletedPods[pod.name] = UInt64(pod.resourceVersion) ?? 0
        pods[pod.name]?.isBeingDeleted = true
    }

    private mutating func set(_ pod: WorkloadPod) -> Set<Key> {
        let before = pods[pod.name]
        guard isNews(pod.resourceVersion, before?.resourceVersion) else { return [] }
        if let deletion = deletedPods[pod.name], UInt64(pod.resourceVersion) ?? 0 <= deletion { return [] }
        deletedPods[pod.name] = nil
        if let before { podsByOwner[Self.owner(before)]?.remove(pod.name) }
        pods[pod.name] = pod
        podsByOwner[Self.owner(pod), default: []].insert(pod.name)
        var changed = before
        changed?.resourceVersion = pod.resourceVersion
        return changed == pod ? [] : concerned(by: pod).union(before.map { concerned(by: $0) } ?? [])
    }

    private func isNews(_ version: String, _ known: String?) -> Bool {
        guard let known = known.flatMap({ UInt64($0) }), let version = UInt64(version) else { return true }
        return version > known
    }

    // MARK: Affected workloads

    private static func owner(_ document: Document) -> String {
        document.controller?.uid ?? "/" + document.namespace
    }

    private static func owner(_ pod: WorkloadPod) -> String { pod.controller?.uid ?? "/" + pod.name.namespace }

    private func concerned(by set: Document) -> Set<Key> {
        let name = NamespacedName(namespace: set.namespace, name: set.name)
        var keys: Set<Key> = [.replicaSet(name)]
        if let owner = set.controller {
            if owner.kind == "Deployment" {
                keys.insert(.deployment(NamespacedName(namespace: set.namespace, name: owner.name)))
            }
        } else {
            for deployment in deploymentsByNamespace[set.namespace] ?? []
            where deployments[deployment]?.selector?.matches(set.labels) ?? false {
                keys.insert(.deployment(deployment))
            }
        }
        return keys
    }

    private func concerned(by pod: WorkloadPod) -> Set<Key> {
        if let owner = pod.controller {
            guard owner.kind == "ReplicaSet" else { return [] }
            return [.replicaSet(NamespacedName(namespace: pod.name.namespace, name: owner.name))]
        }
        let sets = setsByNamespace[pod.name.namespace] ?? []
        return Set(sets.filter { replicaSets[$0]?.selector?.matches(pod.labels) ?? false }.map { .replicaSet($0) })
    }

    // MARK: Decisions

    /// `now`: seconds since 1970.
    package func decide(_ key: Key, now: Int64) -> WorkloadDecision {
        switch key {
        case .replicaSet(let name):
            guard let set = replicaSets[name] else { return WorkloadDecision() }
            let names = (podsByOwner[set.uid] ?? []).union(podsByOwner["/" + name.namespace] ?? [])
            return ReplicaSetPlan(replicaSet: set, pods: names.sorted().compactMap { pods[$0] }, now: now).decision
        case .deployment(let name):
            guard let deployment = deployments[name] else { return WorkloadDecision() }
            let names = (setsByOwner[deployment.uid] ?? []).union(setsByOwner["/" + name.namespace] ?? [])
            return DeploymentPlan(
                deployment: deployment, replicaSets: names.sorted().compactMap { replicaSets[$0] },
                isTaken: { replicaSets[NamespacedName(namespace: name.namespace, name: $0)] != nil }, now: now
            ).decision
        }
    }
}
