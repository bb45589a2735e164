import KubernetesAPI
import KubernetesObjects
import ReplicaController
import Testing

@Suite struct DeploymentTests {
    /// `nil` for Recreate.
    struct Margins: Sendable, CustomTestStringConvertible {
        var replicas: Int64
        var surge: JSONValue
        var unavailable: JSONValue
        var most: Int
        var fewest: Int

        var testDescription: String { "\(replicas) replicas, \(surge) more, \(unavailable) fewer" }
    }

    @Test(arguments: [
        Margins(replicas: 4, surge: "25%", unavailable: "25%", most: 5, fewest: 3),
        Margins(replicas: 3, surge: "25%", unavailable: "25%", most: 4, fewest: 3),
        Margins(replicas: 1, surge: "25%", unavailable: "25%", most: 2, fewest: 1),
        Margins(replicas: 5, surge: 0, unavailable: 2, most: 5, fewest: 3),
        Margins(replicas: 5, surge: 3, unavailable: 0, most: 8, fewest: 5),
        Margins(replicas: 2, surge: "0%", unavailable: "0%", most: 2, fewest: 1),
    ])
    func aRollingUpdateNeverLeavesItsMargins(_ margins: Margins) {
        var world = MemoryWorkloads()
        let strategy: JSONValue = [
            "type": "RollingUpdate",
            "rollingUpdate": ["maxSurge": margins.surge, "maxUnavailable": margins.unavailable],
        ]
        world.put(MemoryWorkloads.deployment(replicas: margins.replicas, strategy: strategy))
        world.settle()
        makeAllReady(&world)
        #expect(world.activePods.count == margins.replicas)
        world.setImage("2")
        for _ in 0..<50 {
            world.settle { world in
                #expect(world.activePods.count <= margins.most)
                #expect(world.activePods.filter(MemoryWorkloads.isReady).count >= margins.fewest)
            }
            guard let pod = world.activePods.first(where: { !MemoryWorkloads.isReady($0) }) else { break }
            world.setReady(pod, true)
        }
        #expect(world.activePods.count == margins.replicas)
        #expect(world.activePods.allSatisfy { $0.spec["containers"]?.array?.first?["image"] == "2" })
        #expect(world.settle() == 0)
    }

    @Test func recreatingNeverRunsTwoTemplatesAtATime() {
        var world = MemoryWorkloads()
        world.put(MemoryWorkloads.deployment(replicas: 3, strategy: ["type": "Recreate"]))
        world.settle()
        makeAllReady(&world)
        world.setImage("2")
        world.settle { world in
            let images = Set(world.pods.compactMap { $0.spec["containers"]?.array?.first?["image"]?.string })
            #expect(images.count <= 1)
        }
        #expect(world.activePods.count == 3)
    }

    @Test func undoingBringsTheFormerReplicaSetBackUnderANewRevision() {
        var world = MemoryWorkloads()
        world.put(MemoryWorkloads.deployment(replicas: 1))
        world.settle()
        makeAllReady(&world)
        world.setImage("2")
        world.settle()
        makeAllReady(&world)
        world.setImage("1")
        world.settle()
        makeAllReady(&world)
        #expect(world.replicaSets.count == 2)
        let first = world.replicaSets.first { $0.spec["replicas"] == 1 }
        #expect(first?.annotations["deployment.kubernetes.io/revision"] == "3")
        #expect(first?.annotations["deployment.kubernetes.io/revision-history"] == "1")
        #expect(world.deployment.annotations["deployment.kubernetes.io/revision"] == "3")
    }

    @Test func aPausedDeploymentIsScaledAndNotChanged() {
        var world = MemoryWorkloads()
        world.put(MemoryWorkloads.deployment(replicas: 2))
        world.settle()
        makeAllReady(&world)
        world.change {
            $0[path: "spec", "paused"] = true
            $0[path: "spec", "replicas"] = 4
        }
        world.setImage("2")
        world.settle()
        #expect(world.activePods.count == 4)
        #expect(world.replicaSets.count == 1)
        world.change { $0[path: "spec", "paused"] = nil }
        world.settle()
        #expect(world.replicaSets.count == 2)
    }

    @Test func formerReplicaSetsBeyondTheHistoryGo() {
        var world = MemoryWorkloads()
        world.put(MemoryWorkloads.deployment(replicas: 1, ["revisionHistoryLimit": 2]))
        for image in 1...6 {
            world.setImage("\(image)")
            world.settle()
            makeAllReady(&world)
        }
        #expect(world.replicaSets.count == 3)
    }

    @Test func theStatusTellsOfProgressAndOfItsEnd() {
        var world = MemoryWorkloads()
        world.put(MemoryWorkloads.deployment(replicas: 2))
        world.settle()
        #expect(condition("Available", world) == "False MinimumReplicasUnavailable")
        #expect(world.deployment.status["unavailableReplicas"] == 2)
        makeAllReady(&world)
        #expect(condition("Available", world) == "True MinimumReplicasAvailable")
        #expect(condition("Progressing", world) == "True NewReplicaSetAvailable")
        #expect(world.deployment.status["availableReplicas"] == 2)
        #expect(world.deployment.status["observedGeneration"]?.integer == world.deployment.generation)
    }

    @Test func aChangeThatTakesTooLongIsSaidToHaveFailed() throws {
        var world = MemoryWorkloads()
        world.put(MemoryWorkloads.deployment(replicas: 1))
        world.settle()
        let key = WorkloadCluster.Key.deployment(.init(namespace: "default", name: "web"))
        let deadline = try #require(world.cluster.decide(key, now: world.now).lookAgainAt)
        #expect(deadline == world.now + 600)
        world.now = deadline
        world.change { $0.annotations["look"] = "again" }
        world.settle()
        #expect(condition("Progressing", world) == "False ProgressDeadlineExceeded")
    }

    private func makeAllReady(_ world: inout MemoryWorkloads) {
        for _ in 0..<50 {
            world.settle()
            guard let pod = world.activePods.first(where: { !MemoryWorkloads.isReady($0) }) else { return }
            world.setReady(pod, true)
        }
    }

    private func condition(_ type: String, _ world: MemoryWorkloads) -> String {
        let condition = world.deployment.status["conditions"]?.array?.first { $0["type"]?.string == type }
        return "\(condition?["status"]?.string ?? "") \(condition?["reason"]?.string ?? "")"
    }
}
