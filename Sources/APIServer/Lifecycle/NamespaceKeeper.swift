import KubernetesObjects
import Logging
import ObjectStore

/// Empties Namespaces that are being deleted, and removes them once they are empty.
///
/// https://kubernetes.io/docs/concepts/architecture/garbage-collection/
struct NamespaceKeeper: Sendable {
    let registry: Registry
    let logger: Logger

    /// Follows Namespaces, and the contents of those being deleted, until cancelled.
    func run() async throws {
        while !Task.isCancelled {
            let revision = registry.store.revision
            let terminating = terminatingNamespaces()
            for name in terminating {
                do {
                    try await registry.write { try empty(name, $0) }
                } catch {
                    logger.warning("The namespace \(name) cannot be emptied and stays Terminating: \(error)")
                }
            }
            // While one is being deleted, any change may be the removal of its last object.
            await registry.store.wait(
                for: terminating.isEmpty ? ["namespaces"] : nil, after: revision, until: .now + .seconds(60))
        }
    }

    private func terminatingNamespaces() -> [String] {
        registry.store.records(of: "namespaces").records.compactMap { record in
            // Only these have the field; the others are not read.
            guard record.document.contains(text: "\"deletionTimestamp\"") else { return nil }
            return record.key.name
        }
    }

    private func empty(_ name: String, _ writer: ObjectWriter) throws {
        guard let definition = registry.resources.definition(GroupVersion("v1"), resource: "namespaces"),
            let namespace = try writer.document(definition.key(namespace: "", name: name)),
            namespace.deletionTimestamp != nil
        else { return }
        var left = 0
        for definition in registry.resources.definitions
        where definition.isNamespaced && definition.storedAs == nil && definition.verbs.contains("delete") {
            left += try delete(definition, in: name, writer)
        }
        guard left == 0 else { return }
        var new = namespace
        new[path: "spec", "finalizers"] = nil
        _ = try writer.replace(definition, new, old: namespace, isDryRun: false)
    }

    /// - Returns: The number of objects that wait for finalizers or their grace period.
    private func delete(_ definition: ResourceDefinition, in namespace: String, _ writer: ObjectWriter) throws -> Int {
        var left = 0
        for record in writer.transaction.records(of: definition.storageName, in: namespace) {
            let deletion = try writer.delete(
                definition, namespace: namespace, name: record.key.name, DeleteOptions(propagation: nil))
            if !deletion.isGone { left += 1 }
        }
        return left
    }
}

extension [UInt8] {
    /// Whether the bytes contain the text.
    func contains(text: String) -> Bool {
        let pattern = Array(text.utf8)
        guard let first = pattern.first, count >= pattern.count else { return false }
        return withUnsafeBufferPointer { bytes in
            for start in 0...(bytes.count - pattern.count) where bytes[start] == first {
                if pattern.indices.allSatisfy({ bytes[start + $0] == pattern[$0] }) { return true }
            }
            return false
        }
    }
}
