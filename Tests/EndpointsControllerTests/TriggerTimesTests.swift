import EndpointsController
import KubernetesAPI
import Testing

@Suite struct TriggerTimesTests {
    private let created = "2026-01-01T00:00:00Z"

    private func service() -> ServiceView {
        var service = ServiceView(name: NamespacedName(namespace: "default", name: "web"), uid: "s")
        service.creationTime = created
        return service
    }

    private func pod(_ name: String, _ time: String) -> PodView {
        var pod = PodView(name: NamespacedName(namespace: "default", name: name), uid: name)
        pod.readyTransition = time
        return pod
    }

    @Test func aNewServiceCountsFromItsCreation() {
        var times = TriggerTimes()
        #expect(times.take(service(), pods: [pod("a", "2026-01-05T00:00:00Z")]) == created)
    }

    @Test func theOldestChangeSinceTheLastLookCounts() {
        var times = TriggerTimes()
        _ = times.take(service(), pods: [pod("a", "2026-01-01T00:00:01Z"), pod("b", "2026-01-01T00:00:01Z")])
        let changed = [pod("a", "2026-01-03T00:00:00Z"), pod("b", "2026-01-02T00:00:00Z"), pod("c", "")]
        #expect(times.take(service(), pods: changed) == "2026-01-02T00:00:00Z")
        #expect(times.take(service(), pods: changed) == nil)
    }
}
