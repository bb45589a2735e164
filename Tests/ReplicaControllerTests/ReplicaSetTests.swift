import KubernetesAPI
import KubernetesObjects
import ReplicaController
import Testing

@Suite struct ReplicaSetTests {
    private func replicaSet(_ replicas: Int64, _ more: JSONObject = [:]) -> Document {
        var spec: JSONObject = [
            "replicas": .integer(replicas), "selector": ["matchLabels": ["app": "web"]],
            "template": ["metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "c"]]]],
        ]
        for member in more { spec[member.key] = member.value }
        return Document([
            "kind": "ReplicaSet", "apiVersion": "apps/v1", "metadata": ["name": "web"], "spec": .object(spec),
        ])
    }

    @Test func podsAreMadeFromTheTemplateAndBelongToTheSet() throws {
        var world = MemoryWorkloads()
        world.put(replicaSet(2))
        world.settle()
        #expect(world.pods.count == 2)
        let pod = try #require(world.pods.first)
        #expect(pod.generateName == "web-")
        #expect(pod.labels == ["app": "web"])
        let owner = try #require(pod.ownerReferences.first)
        #expect(owner.kind == "ReplicaSet" && owner.controller == true && owner.blockOwnerDeletion == true)
        #expect(world.replicaSets[0].status["replicas"] == 2)
        #expect(world.settle() == 0)
    }

    @Test func podsThatAreMissedLeastGoFirst() {
        var world = MemoryWorkloads()
        world.put(replicaSet(3))
        world.settle()
        let pods = world.pods
        world.setReady(pods[0], true)
        world.setReady(pods[2], true)
        world.settle()
        world.put(scaled(world, to: 2))
        world.settle()
        #expect(Set(world.pods.map(\.name)) == [pods[0].name, pods[2].name])
    }

    @Test func podsThatNobodyManagesAreTakenIn() {
        var world = MemoryWorkloads()
        world.put(Document(["kind": "Pod", "metadata": ["name": "stray", "labels": ["app": "web"]], "spec": [:]]))
        world.put(replicaSet(2))
        world.settle()
        #expect(world.pods.count == 2)
        #expect(world.pods.allSatisfy { $0.ownerReferences.first?.kind == "ReplicaSet" })
    }

    @Test func podsThatHaveFailedAreReplaced() {
        var world = MemoryWorkloads()
        world.put(replicaSet(1))
        world.settle()
        var pod = world.pods[0]
        pod["status"] = ["phase": "Failed"]
        world.put(pod)
        world.settle()
        #expect(world.pods.count == 2)
    }

    @Test func aPodIsAvailableOnlyAfterItsTime() {
        var world = MemoryWorkloads()
        world.put(replicaSet(1, ["minReadySeconds": 10]))
        world.settle()
        world.setReady(world.pods[0], true)
        world.settle()
        #expect(world.replicaSets[0].status["readyReplicas"] == 1)
        #expect(world.replicaSets[0].status["availableReplicas"] == nil)
        let key = WorkloadCluster.Key.replicaSet(.init(namespace: "default", name: "web"))
        #expect(world.cluster.decide(key, now: world.now).lookAgainAt == world.now + 10)
        #expect(world.cluster.decide(key, now: world.now + 10).writes.count == 1)
    }

    private func scaled(_ world: MemoryWorkloads, to replicas: Int64) -> Document {
        var set = world.replicaSets[0]
        set.wantedReplicas = replicas
        return set
    }
}
