import KubernetesObjects
import ObjectStore

/// Writes objects within a transaction, as kube-apiserver does: the rules of the kind, the existing namespace, the
/// lifecycle of an object from its creation to its last finalizer.
struct ObjectWriter {
    let transaction: StoreTransaction
    let resources: ResourceTable
    let network: ServiceNetwork
    /// Seconds since 1970.
    let now: Int64

    /// The state of an object before it is written, read within the transaction.
    func document(_ key: RecordKey) throws(APIStatus) -> Document? {
        try transaction.record(key)?.decoded()
    }

    // MARK: Create

    /// Creates an object from a decoded document with defaults and managed fields; returns the stored object.
    func create(
        _ definition: ResourceDefinition, _ document: Document, namespace: String, isDryRun: Bool = false
    ) throws(APIStatus) -> [UInt8] {
        var document = document
        if definition.isNamespaced {
            try checkNamespace(namespace, of: definition, name: document.name)
            document.namespace = namespace
        } else {
            document.namespace = ""
        }
        let suffix = generateName(definition, &document)
        document.uid = ObjectNames.uid()
        document.creationTimestamp = APITime.text(seconds: now)
        document.deletionTimestamp = nil
        document.deletionGracePeriodSeconds = nil
        document.resourceVersion = ""
        document.metadata["selfLink"] = nil
        let key = definition.key(namespace: namespace, name: document.name)
        let side = SideEffects(self, definition)
        try side.beforeCreate(&document, isDryRun: isDryRun)
        definition.behaviour.prepareForCreate(&document)
        try side.prepareForCreate(&document)
        try definition.validateForCreate(document)
        if let existing = try self.document(key) {
            if suffix { throw .alreadyExists(definition.groupResource, name: document.name) }
            throw existing.deletionTimestamp == nil
                ? .alreadyExists(definition.groupResource, name: document.name)
                : .beingDeleted(definition.groupResource, name: document.name)
        }
        guard !isDryRun else { return StoredDocument.bytes(document) }
        let record = transaction.put(key) { StoredDocument.bytes(document, revision: $0) }
        try side.afterWrite(document, old: nil)
        return record.document
    }

    private func checkNamespace(
        _ namespace: String, of definition: ResourceDefinition, name: String
    ) throws(APIStatus) {
        let key = RecordKey(resource: "namespaces", namespace: "", name: namespace)
        guard let document = try document(key) else {
            throw .notFound(GroupResource(group: "", resource: "namespaces"), name: namespace)
        }
        guard document.deletionTimestamp == nil else {
            var status = APIStatus.forbidden(
                definition.groupResource, name: name,
                "unable to create new content in namespace \(namespace) because it is being terminated")
            status.details?.causes = [
                APIStatus.Cause(
                    reason: "NamespaceTerminating", message: "namespace \(namespace) is being terminated",
                    field: "metadata.namespace")
            ]
            throw status
        }
    }

    /// Generates the name of an object that has only a prefix.
    private func generateName(_ definition: ResourceDefinition, _ document: inout Document) -> Bool {
        guard document.name.isEmpty, !document.generateName.isEmpty else { return false }
        for _ in 0..<8 {
            document.name = ObjectNames.generate(document.generateName)
            let key = definition.key(namespace: document.namespace, name: document.name)
            if transaction.record(key) == nil { return true }
        }
        return true
    }

    // MARK: Update

    /// Replaces `old` by `new`, decoded, with defaults and managed fields, unless they are equal. Returns
    /// the stored object.
    func update(
        _ definition: ResourceDefinition, _ new: Document, old: Document, subresource: String = "",
        isDryRun: Bool = false
    ) throws(APIStatus) -> [UInt8] {
        var new = new
        // Fields that only the server sets.
        new.namespace = old.namespace
        new.uid = old.uid
        new.creationTimestamp = old.creationTimestamp
        if old.deletionTimestamp != nil { new.deletionTimestamp = old.deletionTimestamp }
        if new.deletionGracePeriodSeconds == nil { new.deletionGracePeriodSeconds = old.deletionGracePeriodSeconds }
        new.generation = old.generation
        new.resourceVersion = old.resourceVersion
        new.metadata["selfLink"] = nil
        let side = SideEffects(self, definition)
        if subresource.isEmpty { try side.beforeUpdate(&new, old: old, isDryRun: isDryRun) }
        definition.behaviour.prepareForUpdate(&new, old: old, subresource: subresource)
        try definition.validateForUpdate(new, old: old, subresource: subresource)
        return try replace(definition, new, old: old, isDryRun: isDryRun)
    }

    /// Writes the outcome: nothing, the new state, or the removal of an object that nothing holds any more.
    func replace(
        _ definition: ResourceDefinition, _ new: Document, old: Document, isDryRun: Bool
    ) throws(APIStatus) -> [UInt8] {
        let key = definition.key(namespace: old.namespace, name: old.name)
        if Self.isFinished(new, definition) {
            if !isDryRun { try remove(definition, new) }
            return StoredDocument.bytes(new)
        }
        guard new != old, !isDryRun else { return StoredDocument.bytes(new) }
        let record = transaction.put(key) { StoredDocument.bytes(new, revision: $0) }
        try SideEffects(self, definition).afterWrite(new, old: old)
        return record.document
    }

    /// Whether nothing holds an object being deleted any more.
    private static func isFinished(_ document: Document, _ definition: ResourceDefinition) -> Bool {
        guard document.deletionTimestamp != nil, document.finalizers.isEmpty else { return false }
        if definition.isNamespace { return document.spec["finalizers"]?.array?.isEmpty ?? true }
        return (document.deletionGracePeriodSeconds ?? 0) == 0
    }

    /// Deletes the record and its allocations.
    func remove(_ definition: ResourceDefinition, _ document: Document) throws(APIStatus) {
        let key = definition.key(namespace: document.namespace, name: document.name)
        try SideEffects(self, definition).afterDelete(document)
        transaction.delete(key) { StoredDocument.bytes(document, revision: $0) }
    }
}

extension ResourceDefinition {
    var isNamespace: Bool { group.isEmpty && plural == "namespaces" }
    var isService: Bool { group.isEmpty && plural == "services" }
    var isIngress: Bool { group == "networking.k8s.io" && plural == "ingresses" }
}
