import KubernetesAPI
import TestKit
import Testing

@testable import EndpointsController

@Suite struct SelectorIndexTests {
    private func name(_ name: String, in namespace: String = "default") -> NamespacedName {
        NamespacedName(namespace: namespace, name: name)
    }

    /// Compares with checking every pair, under random changes.
    @Test(arguments: 0..<20)
    func theIndexFindsWhatLookingAtAllWouldFind(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var index = SelectorIndex()
        var services: [NamespacedName: [String: String]] = [:]
        var pods: [NamespacedName: [String: String]] = [:]
        func labels(_ count: ClosedRange<Int>, _ random: inout SplitMix64) -> [String: String] {
            var labels: [String: String] = [:]
            for _ in 0..<Int.random(in: count, using: &random) {
                labels["k\(Int.random(in: 0..<3, using: &random))"] = "v\(Int.random(in: 0..<2, using: &random))"
            }
            return labels
        }
        for _ in 0..<300 {
            let space = "n\(Int.random(in: 0..<2, using: &random))"
            if Bool.random(using: &random) {
                let service = name("s\(Int.random(in: 0..<8, using: &random))", in: space)
                services[service] = labels(0...3, &random)
                index.setService(service, selector: services[service] ?? [:])
            } else {
                let pod = name("p\(Int.random(in: 0..<12, using: &random))", in: space)
                pods[pod] = Bool.random(using: &random) ? labels(0...4, &random) : nil
                index.setPod(pod, labels: pods[pod])
            }
            for (service, selector) in services {
                let members = pods.filter { pod, labels in
                    pod.namespace == service.namespace && !selector.isEmpty
                        && selector.allSatisfy { labels[$0.key] == $0.value }
                }.map(\.key.name).sorted()
                #expect(index.pods(of: service) == members)
                for pod in members {
                    #expect(index.services(of: name(pod, in: service.namespace)).contains(service.name))
                }
            }
        }
    }
}
