import KubernetesAPI

/// The last changes of a Service and its Pods, to measure the time between a change and its effect.
///
/// The annotation `endpoints.kubernetes.io/last-change-trigger-time` has the time of the oldest change that a write is
/// the first to include: the creation of the Service, or a Pod becoming ready or unready. Times in RFC 3339 with whole
/// seconds compare as text.
package struct TriggerTimes: Sendable, Hashable {
    private var isKnown = false
    private var service = ""
    private var pods: [String: String] = [:]

    package init() {}

    /// The oldest change since the last call; `nil` if nothing with a time has changed.
    package mutating func take(_ service: ServiceView, pods: [PodView]) -> String? {
        var oldest: String?
        var times: [String: String] = [:]
        for pod in pods where !pod.readyTransition.isEmpty {
            times[pod.name.name] = pod.readyTransition
            if pod.readyTransition > self.pods[pod.name.name] ?? "" {
                oldest = min(oldest ?? pod.readyTransition, pod.readyTransition)
            }
        }
        if service.creationTime > self.service { oldest = min(oldest ?? service.creationTime, service.creationTime) }
        defer {
            isKnown = true
            self.service = service.creationTime
            self.pods = times
        }
        guard isKnown else { return service.creationTime.isEmpty ? nil : service.creationTime }
        return oldest
    }
}
