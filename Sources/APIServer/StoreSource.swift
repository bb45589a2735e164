import KubernetesAPI
import KubernetesObjects
package import Logging
package import ObjectSource
import ObjectStore

/// The store as a source of objects for consumers in the same process, without the network.
package struct StoreSource: ObjectSource {
    private let registry: Registry
    private let selections: [KindSelection]
    private let logger: Logger

    /// The objects of `selections` in the store of `registry`.
    package init(registry: Registry, selections: [KindSelection], logger: Logger) {
        self.registry = registry
        self.selections = selections
        self.logger = logger
    }

    package func run(into inbox: ObjectInbox) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for selection in selections {
                group.addTask { try await follow(selection, inbox) }
            }
            while try await group.next() != nil {}
        }
    }

    private func follow(_ selection: KindSelection, _ inbox: ObjectInbox) async throws {
        guard let reader = try KindReader(selection, registry.resources, logger: logger) else {
            return inbox.markSynchronized(selection.kind)
        }
        var known: Set<RecordKey> = []
        var position = list(reader, &known, inbox)
        inbox.markSynchronized(selection.kind)
        while !Task.isCancelled {
            await registry.store.wait(for: [reader.resource], after: position, until: .now + .seconds(300))
            guard let (events, revision) = registry.store.events(of: reader.resource, after: position) else {
                position = list(reader, &known, inbox)
                continue
            }
            inbox.post(events.compactMap { reader.change($0.record, isThere: $0.kind != .deleted, &known) })
            position = revision
        }
    }

    /// Posts all objects, and the removal of previously known ones that are gone.
    private func list(_ reader: KindReader, _ known: inout Set<RecordKey>, _ inbox: ObjectInbox) -> Int64 {
        let (records, revision) = registry.store.records(of: reader.resource)
        let gone = known.subtracting(records.map(\.key))
        var changes = records.compactMap { reader.change($0, isThere: true, &known) }
        changes += gone.map { reader.removal($0) }
        known.subtract(gone)
        inbox.post(changes)
        return revision
    }
}

/// Reads the records of one kind in their lean form.
private struct KindReader {
    let kind: ObjectKind
    let definition: ResourceDefinition
    let labels: LabelSelector
    let fields: FieldSelector
    let logger: Logger

    var resource: String { definition.storageName }

    /// `nil` for a kind that this server does not have.
    init?(_ selection: KindSelection, _ resources: ResourceTable, logger: Logger) throws {
        let registration = selection.kind.registration
        guard
            let definition = resources.definition(
                GroupVersion(registration.apiVersion), resource: registration.resource)
        else { return nil }
        kind = selection.kind
        self.definition = definition
        labels = try LabelSelector(parsing: selection.labelSelector)
        fields = try FieldSelector(parsing: selection.fieldSelector, definition)
        self.logger = logger
    }

    /// The change that a record means for the consumer: a new value, a removal, or nothing.
    func change(_ record: Record, isThere: Bool, _ known: inout Set<RecordKey>) -> ObjectChange? {
        do {
            if isThere {
                let index = try definition.index(of: record)
                if labels.matches(index.labels), fields.matches(index.fields) {
                    let object = try WireFormat.json.readObject(record.document, of: kind)
                    known.insert(record.key)
                    return .set(object)
                }
            }
        } catch {
            logger.warning(
                """
                \(kind.rawValue) \(record.key.namespace)/\(record.key.name) cannot be used and counts as it was: \
                \(error)
                """
            )
            return nil
        }
        guard known.remove(record.key) != nil else { return nil }
        return removal(record.key)
    }

    func removal(_ key: RecordKey) -> ObjectChange {
        .removed(ObjectKey(kind: kind, name: NamespacedName(namespace: key.namespace, name: key.name)))
    }
}
