package import DocumentAccess
package import KubernetesObjects
package import Logging
import ObjectStore

/// The store as a source and writer of whole objects for controllers in the same process.
package struct StoreDocuments: DocumentSource, DocumentWriter {
    /// The number of objects of a list delivered together.
    private static let pageSize = 500

    private let registry: Registry
    private let logger: Logger
    /// The field manager of writes.
    private let fieldManager: String

    package init(registry: Registry, fieldManager: String, logger: Logger) {
        self.registry = registry
        self.fieldManager = fieldManager
        self.logger = logger
    }

    // MARK: Reading

    package func follow(
        _ resource: ResourceName, _ receive: @Sendable (DocumentNews) async -> Void
    ) async throws {
        let definition = try definition(resource)
        var position = await list(definition, receive)
        while !Task.isCancelled {
            await registry.store.wait(
                for: [definition.storageName], after: position, until: .now + .seconds(300))
            guard let (events, revision) = registry.store.events(of: definition.storageName, after: position) else {
                position = await list(definition, receive)
                continue
            }
            position = revision
            let changes = events.compactMap { event -> DocumentChange? in
                decoded(event.record).map { event.kind == .deleted ? .removed($0) : .set($0) }
            }
            if !changes.isEmpty { await receive(.changes(changes)) }
        }
    }

    private func list(
        _ definition: ResourceDefinition, _ receive: @Sendable (DocumentNews) async -> Void
    ) async -> Int64 {
        let (records, revision) = registry.store.records(of: definition.storageName)
        var rest = records
        var isFirst = true
        repeat {
            let page = rest.prefix(Self.pageSize)
            rest = rest.dropFirst(Self.pageSize)
            await receive(
                .page(
                    DocumentPage(
                        page.compactMap { decoded($0) }, version: String(revision), isFirst: isFirst,
                        isLast: rest.isEmpty)))
            isFirst = false
        } while !rest.isEmpty
        return revision
    }

    /// `nil`, with a log line, for a damaged record.
    private func decoded(_ record: Record) -> Document? {
        do {
            return try record.decoded()
        } catch {
            logger.error("\(record.key.resource) \(record.key.namespace)/\(record.key.name) is passed over: \(error)")
            return nil
        }
    }

    package func read(_ resource: ResourceName, namespace: String, name: String) async throws -> Document {
        let definition = try definition(resource)
        guard let record = registry.store.record(definition.key(namespace: namespace, name: name)) else {
            throw APIStatus.notFound(definition.groupResource, name: name)
        }
        return try record.decoded()
    }

    // MARK: Writing

    package func create(_ document: Document, _ resource: ResourceName) async throws -> Document {
        let definition = try definition(resource)
        var (decoded, _) = try definition.decode(.object(document.object))
        decoded = ManagedFields.update(
            decoded, old: nil, definition, subresource: "", manager: fieldManager, now: registry.now())
        let created = decoded
        let bytes = try await registry.write { writer in
            try writer.create(definition, created, namespace: created.namespace)
        }
        return try StoredDocument.decode(bytes)
    }

    package func update(
        _ document: Document, _ resource: ResourceName, subresource: String
    ) async throws -> Document {
        let definition = try definition(resource)
        let (new, _) = try definition.decode(.object(document.object))
        let manager = fieldManager
        let bytes = try await registry.write { writer in
            guard let old = try writer.document(definition.key(namespace: new.namespace, name: new.name)) else {
                throw APIStatus.notFound(definition.groupResource, name: new.name)
            }
            guard new.resourceVersion.isEmpty || new.resourceVersion == old.resourceVersion else {
                throw APIStatus.modified(definition.groupResource, name: new.name)
            }
            let owned = ManagedFields.update(
                new, old: old, definition, subresource: subresource, manager: manager, now: writer.now)
            return try writer.update(definition, owned, old: old, subresource: subresource)
        }
        return try StoredDocument.decode(bytes)
    }

    package func delete(
        _ resource: ResourceName, namespace: String, name: String, _ preconditions: DeletionPreconditions
    ) async throws {
        let definition = try definition(resource)
        var options = DeleteOptions(propagation: .background, uid: preconditions.uid)
        options.resourceVersion = preconditions.resourceVersion
        options.gracePeriod = preconditions.gracePeriod
        let decided = options
        _ = try await registry.write { writer in
            try writer.delete(definition, namespace: namespace, name: name, decided)
        }
    }

    package func bind(pod: String, namespace: String, node: String) async throws {
        let definition = try definition(.pods)
        let target: JSONValue = ["apiVersion": "v1", "kind": "Node", "name": .string(node)]
        try await registry.write { writer in
            guard let old = try writer.document(definition.key(namespace: namespace, name: pod)) else {
                throw APIStatus.notFound(definition.groupResource, name: pod)
            }
            var new = old
            try PodBehaviour.bind(&new, Document(["target": target]), now: writer.now)
            _ = try writer.replace(definition, new, old: old, isDryRun: false)
        }
    }

    private func definition(_ resource: ResourceName) throws(APIStatus) -> ResourceDefinition {
        guard
            let definition = registry.resources.definition(
                GroupVersion(resource.apiVersion), resource: resource.plural)
        else { throw .unknownPath }
        return definition
    }
}
