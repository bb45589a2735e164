import KubernetesObjects

/// The number of replicas of a Deployment's ReplicaSets during a rollout.
struct DeploymentScale {
    let deployment: Document
    /// The current template's ReplicaSet.
    let new: Document
    /// Those of old templates, oldest first.
    let old: [Document]

    var wanted: Int64 { deployment.wantedReplicas }
    var isRolling: Bool { deployment.spec["strategy"]["type"].text != "Recreate" }

    /// The permitted surplus and shortage of Pods.
    var margins: (surge: Int64, unavailable: Int64) { Self.margins(deployment) }

    static func margins(_ deployment: Document) -> (surge: Int64, unavailable: Int64) {
        guard deployment.spec["strategy"]["type"].text != "Recreate" else { return (0, 0) }
        let wanted = deployment.wantedReplicas
        let update = deployment.spec["strategy"]["rollingUpdate"]
        let surge = count(update["maxSurge"], of: wanted, roundsUp: true)
        let unavailable = count(update["maxUnavailable"], of: wanted, roundsUp: false)
        // Otherwise the rollout could never progress.
        return (surge, surge == 0 && unavailable == 0 ? 1 : min(unavailable, wanted))
    }

    /// A number, or a percentage of `whole`.
    private static func count(_ value: JSONValue?, of whole: Int64, roundsUp: Bool) -> Int64 {
        guard let text = value?.string, text.hasSuffix("%"), let percent = Int64(text.dropLast()) else {
            return value?.integer ?? 0
        }
        return (whole * percent + (roundsUp ? 99 : 0)) / 100
    }

    /// The size to which the current template's ReplicaSet may grow.
    static func replicasOfNew(_ deployment: Document, new: Int64, all: Int64) -> Int64 {
        guard deployment.spec["strategy"]["type"].text != "Recreate" else { return deployment.wantedReplicas }
        let room = deployment.wantedReplicas + margins(deployment).surge - all
        guard room > 0 else { return new }
        return new + max(0, min(room, deployment.wantedReplicas - new))
    }

    /// Changed replica counts, by ReplicaSet name.
    var changes: [String: Int64] {
        isRolling ? rolling : recreating
    }

    private var recreating: [String: Int64] {
        let running = old.filter { $0.wantedReplicas > 0 }
        if !running.isEmpty { return Dictionary(uniqueKeysWithValues: running.map { ($0.name, 0) }) }
        // Both must never run at the same time.
        guard old.allSatisfy(\.hasNoPods), new.wantedReplicas != wanted else { return [:] }
        return [new.name: wanted]
    }

    private var rolling: [String: Int64] {
        let all = (old + [new]).map(\.wantedReplicas).reduce(0, +)
        var changes: [String: Int64] = [:]
        var newReplicas = new.wantedReplicas
        if newReplicas > wanted {
            newReplicas = wanted
        } else {
            let present = (old + [new]).map(\.presentReplicas).reduce(0, +)
            newReplicas = Self.replicasOfNew(deployment, new: newReplicas, all: present)
        }
        if newReplicas != new.wantedReplicas { changes[new.name] = newReplicas }
        guard changes.isEmpty else { return changes }
        return shrinkOld(all: all)
    }

    /// Removes replicas of old templates: first unhealthy ones, then as many as may be missing.
    private func shrinkOld(all: Int64) -> [String: Int64] {
        let minimum = wanted - margins.unavailable
        let notYet = new.wantedReplicas - new.count("availableReplicas")
        var room = all - minimum - notYet
        guard room > 0 else { return [:] }
        var left = Dictionary(uniqueKeysWithValues: old.map { ($0.name, $0.wantedReplicas) })
        for set in old where set.wantedReplicas > set.count("availableReplicas") {
            let useless = min(room, set.wantedReplicas - set.count("availableReplicas"))
            left[set.name, default: 0] -= useless
            room -= useless
        }
        var spare = (old + [new]).map { $0.count("availableReplicas") }.reduce(0, +) - minimum
        for set in old where spare > 0 {
            let taken = min(spare, left[set.name] ?? 0)
            left[set.name, default: 0] -= taken
            spare -= taken
        }
        return left.filter { name, count in old.contains { $0.name == name && $0.wantedReplicas != count } }
    }

    /// The replicas of each ReplicaSet after scaling the Deployment itself, in proportion to their sizes.
    var proportional: [String: Int64] {
        let active = (old + [new]).filter { $0.wantedReplicas > 0 }
        if active.count <= 1 {
            let only = active.first ?? new
            return only.wantedReplicas == wanted ? [:] : [only.name: wanted]
        }
        if new.wantedReplicas == wanted, new.count("availableReplicas") == wanted {
            return Dictionary(uniqueKeysWithValues: old.filter { $0.wantedReplicas > 0 }.map { ($0.name, 0) })
        }
        guard isRolling else { return [:] }
        let all = active.map(\.wantedReplicas).reduce(0, +)
        let allowed = wanted > 0 ? wanted + margins.surge : 0
        var rest = allowed - all
        var counts: [String: Int64] = [:]
        // The largest first, the newest of equal ones.
        let sorted = active.enumerated().sorted { left, right in
            (left.element.wantedReplicas, left.offset) > (right.element.wantedReplicas, right.offset)
        }.map(\.element)
        for set in sorted {
            let exact = Double(set.wantedReplicas) * Double(allowed) / Double(all)
            var share = Int64(exact.rounded()) - set.wantedReplicas
            share = rest > 0 ? min(max(share, 0), rest) : max(min(share, 0), rest)
            counts[set.name] = set.wantedReplicas + share
            rest -= share
        }
        if let largest = sorted.first { counts[largest.name] = max(0, (counts[largest.name] ?? 0) + rest) }
        return counts.filter { name, count in active.contains { $0.name == name && $0.wantedReplicas != count } }
    }
}
