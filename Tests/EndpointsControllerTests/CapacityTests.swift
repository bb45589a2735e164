import EndpointsController
import KubernetesAPI
import Testing

/// Endpoints beyond the capacity of the old kind of object.
@Suite struct CapacityTests {
    private let service: ServiceView = {
        var service = ServiceView(name: NamespacedName(namespace: "default", name: "web"), uid: "s")
        service.selector = ["app": "web"]
        service.ports = [.init(name: "p", target: .number(80))]
        return service
    }()

    private func pods(ready: Int, notReady: Int) -> [PodView] {
        (0..<(ready + notReady)).map { number in
            var pod = PodView(name: NamespacedName(namespace: "default", name: "p\(number)"), uid: "p\(number)")
            pod.addresses = ["10.\(number / 62500).\(number / 250 % 250).\(number % 250)"]
            pod.nodeName = "n1"
            pod.isReady = number < ready
            return pod
        }
    }

    private func endpoints(ready: Int, notReady: Int) throws -> ClassicEndpoints {
        try #require(
            EndpointsReconciliation.change(
                service, pods: pods(ready: ready, notReady: notReady), existing: nil, triggerTime: nil))
    }

    @Test func aThousandAddressesAreNotTruncated() throws {
        let endpoints = try endpoints(ready: 900, notReady: 100)
        #expect(endpoints.count == 1000)
        #expect(endpoints.annotations.isEmpty)
    }

    @Test func addressesThatAreNotReadyAreCutFirst() throws {
        let endpoints = try endpoints(ready: 900, notReady: 300)
        #expect(endpoints.subsets.map(\.ready.count) == [900])
        #expect(endpoints.subsets.map(\.notReady.count) == [100])
        #expect(endpoints.annotations["endpoints.kubernetes.io/over-capacity"] == "truncated")
    }

    @Test func onlyReadyAddressesAreLeftOfMoreThanAThousand() throws {
        let endpoints = try endpoints(ready: 1200, notReady: 300)
        #expect(endpoints.subsets.map(\.ready.count) == [1000])
        #expect(endpoints.subsets.map(\.notReady.count) == [0])
    }

    @Test func truncatedEndpointsAreNotWrittenAgainAndLoseTheMarkWhenTheyFit() throws {
        let large = try endpoints(ready: 1200, notReady: 0)
        #expect(
            EndpointsReconciliation.change(
                service, pods: pods(ready: 1200, notReady: 0), existing: large, triggerTime: nil) == nil)
        let small = EndpointsReconciliation.change(
            service, pods: pods(ready: 1000, notReady: 0), existing: large, triggerTime: nil)
        #expect(small?.annotations.isEmpty == true)
    }
}
