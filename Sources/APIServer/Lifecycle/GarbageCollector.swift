import KubernetesObjects
import Logging
import ObjectStore

/// Deletes dependents of deleted objects, by `ownerReferences`: in the background, before the owner (foreground), or
/// not at all (orphan).
///
/// https://kubernetes.io/docs/concepts/architecture/garbage-collection/
struct GarbageCollector: Sendable {
    let registry: Registry
    let logger: Logger

    /// Follows all changes, until cancelled.
    func run() async throws {
        let kinds = Dictionary(
            registry.resources.definitions.filter { $0.storedAs == nil }.map { ($0.storageName, $0) },
            uniquingKeysWith: { first, _ in first })
        var graph = OwnerGraph()
        var position: Int64?
        while !Task.isCancelled {
            var concerned: Set<String> = []
            if let known = position, let (events, revision) = registry.store.events(after: known) {
                for event in events where kinds[event.record.key.resource] != nil {
                    note(event, in: &graph, &concerned)
                }
                position = revision
            } else {
                graph = OwnerGraph()
                position = read(kinds, into: &graph, &concerned)
            }
            try await settle(concerned, graph, kinds)
            await registry.store.wait(for: nil, after: position ?? 0, until: .now + .seconds(300))
        }
    }

    /// Reads all objects: at the start, and after the collector has fallen out of the window.
    private func read(
        _ kinds: [String: ResourceDefinition], into graph: inout OwnerGraph, _ concerned: inout Set<String>
    ) -> Int64 {
        let revision = registry.store.revision
        for resource in kinds.keys {
            for record in registry.store.records(of: resource).records {
                guard let uid = insert(record, into: &graph) else { continue }
                concerned.insert(uid)
            }
        }
        return revision
    }

    private func note(_ event: StoreEvent, in graph: inout OwnerGraph, _ concerned: inout Set<String>) {
        if event.kind == .deleted {
            guard let uid = graph.uid(of: event.record.key) else { return }
            concerned.formUnion(graph.dependentUIDs(of: uid))
            concerned.formUnion(graph.owners(of: uid))
            graph.remove(event.record.key)
            return
        }
        guard let uid = insert(event.record, into: &graph) else { return }
        concerned.insert(uid)
        concerned.formUnion(graph.owners(of: uid))
    }

    private func insert(_ record: Record, into graph: inout OwnerGraph) -> String? {
        // Unreadable objects stay, because their owners are unknown.
        guard let document = try? record.decoded() else { return nil }
        let finalizers = document.finalizers
        let isDeleting = document.deletionTimestamp != nil
        let node = OwnerGraph.Node(
            key: record.key,
            owners: document.ownerReferences.map {
                OwnerGraph.Owner(uid: $0.uid, blocksDeletion: $0.blockOwnerDeletion ?? false)
            },
            isDeletingForeground: isDeleting && finalizers.contains("foregroundDeletion"),
            isOrphaning: isDeleting && finalizers.contains("orphan"), isDeleting: isDeleting)
        graph.insert(node, uid: document.uid)
        return document.uid
    }

    /// Processes the affected objects. The results arrive as further events.
    private func settle(
        _ concerned: Set<String>, _ graph: OwnerGraph, _ kinds: [String: ResourceDefinition]
    ) async throws {
        for uid in concerned {
            guard let node = graph.nodes[uid], let definition = kinds[node.key.resource] else { continue }
            do {
                if node.isOrphaning {
                    try await orphan(node, uid: uid, graph, kinds)
                } else if node.isDeletingForeground {
                    try await deleteForeground(node, uid: uid, graph, kinds)
                } else if !node.owners.isEmpty, !node.isDeleting {
                    try await judge(node, uid: uid, graph, definition)
                }
            } catch let status as APIStatus where status.code == 404 || status.code == 409 {
                continue
            } catch {
                logger.warning(
                    "\(node.key.resource) \(node.key.namespace)/\(node.key.name) waits for garbage collection: \(error)"
                )
            }
        }
    }

    /// Deletes an object without any existing owner, and drops references to deleted owners.
    private func judge(
        _ node: OwnerGraph.Node, uid: String, _ graph: OwnerGraph, _ definition: ResourceDefinition
    ) async throws {
        let absent = node.owners.filter { !isPresent($0.uid, for: node, graph) }
        let waiting = node.owners.filter { graph.nodes[$0.uid]?.isDeletingForeground == true }
        let solid = node.owners.count - absent.count - waiting.count
        guard !absent.isEmpty || !waiting.isEmpty else { return }
        if solid > 0 {
            let gone = Set((absent + waiting).map(\.uid))
            try await dropOwners(gone, of: node, definition)
        } else {
            // If its owner waits for its deletion, its own dependents are also deleted first.
            let propagation: DeleteOptions.Propagation =
                !waiting.isEmpty && !graph.dependents(of: uid).isEmpty ? .foreground : .background
            try await registry.write { writer in
                _ = try writer.delete(
                    definition, namespace: node.key.namespace, name: node.key.name,
                    DeleteOptions(propagation: propagation, uid: uid))
            }
        }
    }

    /// An owner counts only in the same namespace, or if it is cluster-scoped.
    private func isPresent(_ uid: String, for node: OwnerGraph.Node, _ graph: OwnerGraph) -> Bool {
        guard let owner = graph.nodes[uid] else { return false }
        return owner.key.namespace.isEmpty || owner.key.namespace == node.key.namespace
    }

    private func deleteForeground(
        _ node: OwnerGraph.Node, uid: String, _ graph: OwnerGraph, _ kinds: [String: ResourceDefinition]
    ) async throws {
        let dependents = graph.dependents(of: uid)
        for dependent in dependents where !dependent.isDeleting {
            guard let definition = kinds[dependent.key.resource], let own = graph.uid(of: dependent.key) else {
                continue
            }
            try await judge(dependent, uid: own, graph, definition)
        }
        let blocking = dependents.filter { dependent in
            dependent.owners.contains { $0.uid == uid && $0.blocksDeletion }
        }
        guard blocking.isEmpty, let definition = kinds[node.key.resource] else { return }
        try await removeFinalizer("foregroundDeletion", of: node, definition)
    }

    private func orphan(
        _ node: OwnerGraph.Node, uid: String, _ graph: OwnerGraph, _ kinds: [String: ResourceDefinition]
    ) async throws {
        for dependent in graph.dependents(of: uid) {
            guard let definition = kinds[dependent.key.resource] else { continue }
            try await dropOwners([uid], of: dependent, definition)
        }
        guard let definition = kinds[node.key.resource] else { return }
        try await removeFinalizer("orphan", of: node, definition)
    }

    private func dropOwners(_ uids: Set<String>, of node: OwnerGraph.Node, _ definition: ResourceDefinition)
        async throws
    {
        try await registry.write { writer in
            guard let old = try writer.document(node.key) else { return }
            var new = old
            new.ownerReferences = old.ownerReferences.filter { !uids.contains($0.uid) }
            _ = try writer.replace(definition, new, old: old, isDryRun: false)
        }
    }

    private func removeFinalizer(
        _ finalizer: String, of node: OwnerGraph.Node, _ definition: ResourceDefinition
    ) async throws {
        try await registry.write { writer in
            guard let old = try writer.document(node.key), old.finalizers.contains(finalizer) else { return }
            var new = old
            new.finalizers = old.finalizers.filter { $0 != finalizer }
            _ = try writer.replace(definition, new, old: old, isDryRun: false)
        }
    }
}

extension OwnerGraph {
    func dependentUIDs(of uid: String) -> [String] { dependents(of: uid).compactMap { self.uid(of: $0.key) } }

    func owners(of uid: String) -> [String] { nodes[uid]?.owners.map(\.uid) ?? [] }
}
