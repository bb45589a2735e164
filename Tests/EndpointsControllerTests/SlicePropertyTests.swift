import EndpointsController
import KubernetesAPI
import KubernetesObjects
import TestKit
import Testing

/// Random changes to Pods and Services, and the invariants of slices after each.
@Suite struct SlicePropertyTests {
    @Test(arguments: 0..<40)
    func slicesAreNeverDoubledOverfullOrWrittenInVain(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var limits = EndpointsCluster.Limits()
        limits.endpointsPerSlice = Int.random(in: 1...6, using: &random)
        var world = RandomWorld(limits: limits, random: random)
        for _ in 0..<60 {
            let before = world.slices
            world.change()
            let touched = world.settle()
            expectSound(world, limit: limits.endpointsPerSlice)
            // Unprocessed Services are unchanged.
            for (name, slice) in before where !touched.contains(slice.service?.name ?? "") {
                #expect(world.slices[name] == slice)
            }
            #expect(world.lookAtEverything() == 0, "a second look wrote something")
        }
    }

    private func expectSound(_ world: RandomWorld, limit: Int) {
        for service in world.services.values {
            let slices = world.slices.values.filter { $0.service == service.name }
            let endpoints = slices.flatMap(\.endpoints).map(\.addresses)
            #expect(Set(endpoints).count == endpoints.count, "an endpoint stands in two slices")
            #expect(slices.allSatisfy { $0.endpoints.count <= limit })
            let pods = world.pods.values.filter { pod in
                pod.canBeEndpoint && world.nodes.contains(pod.nodeName)
                    && service.selector.allSatisfy { pod.labels[$0.key] == $0.value }
            }
            let wanted = service.selector.isEmpty ? nil : Set(pods.map(\.addresses))
            if let wanted { #expect(Set(endpoints) == wanted) }
        }
    }
}

/// A cluster that changes at random, with a core that follows it.
private struct RandomWorld {
    private(set) var services: [String: ServiceView] = [:]
    private(set) var pods: [String: PodView] = [:]
    private(set) var nodes: Set<String> = []
    private(set) var slices: [String: Slice] = [:]
    private var cluster: EndpointsCluster
    private var random: SplitMix64
    private var due: Set<NamespacedName> = []
    private var number = 0

    init(limits: EndpointsCluster.Limits, random: SplitMix64) {
        cluster = EndpointsCluster(limits: limits)
        self.random = random
        for node in ["n1", "n2"] { tell(.node(NodeView(name: node, zone: "z-\(node)"))) }
        nodes = ["n1", "n2"]
    }

    private mutating func tell(_ change: EndpointsCluster.Change) { due.formUnion(cluster.apply(change)) }

    private func name(_ name: String) -> NamespacedName { NamespacedName(namespace: "test", name: name) }

    mutating func change() {
        number += 1
        switch Int.random(in: 0..<10, using: &random) {
        case 0: setService()
        case 1:
            guard let gone = pods.keys.sorted().randomElement(using: &random) else { return }
            pods[gone] = nil
            tell(.removed(.pod, name(gone), version: nil))
        case 2 where !nodes.contains("n3"):
            nodes.insert("n3")
            tell(.node(NodeView(name: "n3", zone: "z-n3")))
        default:
            for _ in 0..<Int.random(in: 1...5, using: &random) { setPod() }
        }
    }

    private mutating func setService() {
        let id = Int.random(in: 0..<3, using: &random)
        var service = services["s\(id)"] ?? ServiceView(name: name("s\(id)"), uid: "uid-s\(id)")
        service.selector = ["app": "a\(Int.random(in: 0..<2, using: &random))"]
        service.labels = ["round": "\(number / 20)"]
        service.ports = [.init(name: "p", target: Bool.random(using: &random) ? .number(80) : .name("web"))]
        service.trafficDistribution = [nil, .preferSameZone, .preferSameNode].randomElement(using: &random) ?? nil
        services["s\(id)"] = service
        tell(.service(service))
    }

    private mutating func setPod() {
        let id = Int.random(in: 0..<25, using: &random)
        var pod = pods["p\(id)"] ?? PodView(name: name("p\(id)"), uid: "uid-p\(id)-\(number)")
        pod.labels = ["app": "a\(Int.random(in: 0..<2, using: &random))", "id": "\(id)"]
        pod.addresses = ["10.0.0.\(id)"]
        pod.isReady = Bool.random(using: &random)
        pod.isFinished = Int.random(in: 0..<8, using: &random) == 0
        pod.nodeName = pod.nodeName.isEmpty ? ["n1", "n2", "n3"].randomElement(using: &random) ?? "n1" : pod.nodeName
        pod.ports = [.init(name: "web", number: 8000 + Int64(id % 2))]
        pods["p\(id)"] = pod
        tell(.pod(pod))
    }

    /// - Returns: The processed Services.
    mutating func settle() -> Set<String> {
        var looked: Set<String> = []
        while let next = due.popFirst() {
            looked.insert(next.name)
            carryOut(cluster.decide(next))
        }
        return looked
    }

    /// - Returns: The number of writes needed.
    mutating func lookAtEverything() -> Int {
        services.values.reduce(0) { sum, service in
            let changes = cluster.decide(service.name).slices
            return sum + changes.create.count + changes.update.count + changes.delete.count
        }
    }

    private mutating func carryOut(_ decision: EndpointsDecision) {
        for slice in decision.slices.create + decision.slices.update {
            var written = slice
            number += 1
            if written.name.isEmpty { written.name = "slice-\(number)" }
            written.metadata["resourceVersion"] = .string("\(number)")
            slices[written.name] = written
            cluster.wrote(written)
        }
        for slice in decision.slices.delete {
            slices[slice.name] = nil
            cluster.wroteDeletion(of: slice)
        }
        if var endpoints = decision.endpoints {
            number += 1
            endpoints.metadata["resourceVersion"] = .string("\(number)")
            cluster.wrote(endpoints)
        }
    }
}
