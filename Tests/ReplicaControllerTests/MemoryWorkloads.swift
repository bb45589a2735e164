import KubernetesAPI
import KubernetesObjects
import ReplicaController

/// A Deployment and the objects that the core makes for it, without an API server.
struct MemoryWorkloads {
    private(set) var cluster = WorkloadCluster()
    private(set) var objects: [String: Document] = [:]
    private var due: Set<WorkloadCluster.Key> = []
    private var version = 0
    var now: Int64 = 1_767_225_600

    var pods: [Document] { objects.values.filter { $0.kind == "Pod" }.sorted { $0.name < $1.name } }
    var replicaSets: [Document] { objects.values.filter { $0.kind == "ReplicaSet" }.sorted { $0.name < $1.name } }
    var deployment: Document { objects["Deployment/web"] ?? Document([:]) }
    var activePods: [Document] { pods.filter { $0.deletionTimestamp == nil } }

    static func isReady(_ pod: Document) -> Bool {
        pod.status["conditions"].items.contains { $0["type"] == "Ready" && $0["status"] == "True" }
    }

    mutating func put(_ document: Document) {
        var document = document
        version += 1
        document.namespace = "default"
        if document.name.isEmpty { document.name = document.generateName + "\(version)" }
        if document.uid.isEmpty { document.uid = "uid-\(version)" }
        if document.creationTimestamp == nil { document.creationTimestamp = APITime.text(seconds: now) }
        document.resourceVersion = "\(version)"
        let old = objects["\(document.kind)/\(document.name)"]
        if old?.spec != document.spec { document.generation = (old?.generation ?? 0) + 1 }
        objects["\(document.kind)/\(document.name)"] = document
        due.formUnion(cluster.set(kind(document), document))
    }

    mutating func remove(_ document: Document) {
        version += 1
        objects["\(document.kind)/\(document.name)"] = nil
        due.formUnion(
            cluster.remove(
                kind(document), NamespacedName(namespace: "default", name: document.name), version: "\(version)"))
    }

    private func kind(_ document: Document) -> WorkloadCluster.Kind {
        switch document.kind {
        case "Deployment": .deployment
        case "ReplicaSet": .replicaSet
        default: .pod
        }
    }

    /// Processes due keys until there are none; calls `check` after each write.
    ///
    /// - Returns: The number of writes.
    @discardableResult
    mutating func settle(_ check: (MemoryWorkloads) -> Void = { _ in }) -> Int {
        var writes = 0
        while let key = due.popFirst() {
            for write in cluster.decide(key, now: now).writes {
                carryOut(write)
                writes += 1
                check(self)
                // No sequence of decisions may continue forever.
                guard writes < 10_000 else { return writes }
            }
        }
        return writes
    }

    private mutating func carryOut(_ write: WorkloadWrite) {
        switch write {
        case .createPod(let pod): put(pod)
        case .deletePod(let pod):
            cluster.wroteDeletion(of: pod)
            if let document = objects["Pod/\(pod.name.name)"] { remove(document) }
        case .setOwner(let owner, let pod):
            guard var document = objects["Pod/\(pod.name.name)"] else { return }
            document.ownerReferences = owner.map { [$0] } ?? []
            put(document)
        case .createReplicaSet(let set), .updateReplicaSet(let set), .updateReplicaSetStatus(let set): put(set)
        case .deleteReplicaSet(let set): remove(set)
        case .updateDeployment(let deployment), .updateDeploymentStatus(let deployment): put(deployment)
        }
    }

    /// Sets whether a Pod is ready.
    mutating func setReady(_ pod: Document, _ ready: Bool) {
        var pod = pod
        pod["status"] = [
            "phase": "Running",
            "conditions": [
                [
                    "type": "Ready", "status": ready ? "True" : "False",
                    "lastTransitionTime": .string(APITime.text(seconds: now)),
                ]
            ],
        ]
        put(pod)
    }

    static func deployment(replicas: Int64, strategy: JSONValue = [:], _ more: JSONObject = [:]) -> Document {
        var spec: JSONObject = [
            "replicas": .integer(replicas), "selector": ["matchLabels": ["app": "web"]], "strategy": strategy,
            "progressDeadlineSeconds": 600,
            "template": [
                "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "c", "image": "1"]]],
            ],
        ]
        for member in more { spec[member.key] = member.value }
        return Document([
            "kind": "Deployment", "apiVersion": "apps/v1", "metadata": ["name": "web"], "spec": .object(spec),
        ])
    }

    /// Changes the Deployment.
    mutating func change(_ change: (inout Document) -> Void) {
        var deployment = deployment
        change(&deployment)
        put(deployment)
    }

    mutating func setImage(_ image: String) {
        change { $0[path: "spec", "template", "spec", "containers"] = [["name": "c", "image": .string(image)]] }
    }
}
