import KubernetesAPI
import KubernetesObjects
import MachineController

/// The Pods of this machine, and the results of their probes.
actor MachinePods {
    private struct Entry {
        var pod: MachinePod
        var histories: [String: ProbeHistory] = [:]
        /// When each container is probed next.
        var due: [String: ContinuousClock.Instant] = [:]
    }

    /// A snapshot of a Pod.
    struct Look: Sendable {
        var pod: MachinePod
        /// Due probes, by container.
        var due: [String: ReadinessProbe]
    }

    private var entries: [NamespacedName: Entry] = [:]

    /// Applies a Pod that was read or written.
    func set(_ pod: MachinePod) {
        if entries[pod.name]?.pod.uid == pod.uid {
            entries[pod.name]?.pod = pod
        } else {
            entries[pod.name] = Entry(pod: pod)
        }
    }

    func remove(_ name: NamespacedName) { entries[name] = nil }

    /// `nil` for a Pod that is not, or no longer, managed here.
    func look(at name: NamespacedName, _ now: ContinuousClock.Instant) -> Look? {
        guard var entry = entries[name] else { return nil }
        var due: [String: ReadinessProbe] = [:]
        for case (let container, let probe?) in entry.pod.probes {
            let time = entry.due[container] ?? now.advanced(by: .seconds(probe.initialDelay))
            entry.due[container] = time
            if time <= now {
                due[container] = probe
                entry.due[container] = now.advanced(by: .seconds(probe.period))
            }
        }
        entries[name] = entry
        return Look(pod: entry.pod, due: due)
    }

    func record(_ name: NamespacedName, _ container: String, _ probe: ReadinessProbe, succeeded: Bool) {
        entries[name]?.histories[container, default: ProbeHistory()].record(succeeded, probe)
    }

    /// The containers that are now ready, and when to check again.
    func summary(of name: NamespacedName) -> (ready: Set<String>, next: ContinuousClock.Instant?) {
        guard let entry = entries[name] else { return ([], nil) }
        let ready = entry.pod.probes.filter { container, probe in
            probe == nil || entry.histories[container]?.isReady ?? false
        }
        return (Set(ready.keys), entry.due.values.min())
    }
}
