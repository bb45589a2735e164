import KubernetesObjects
import ObjectStore

extension ObjectWriter {
    /// The result of a deletion.
    struct Deletion: Sendable {
        /// The last state, or the current one of an object that is still held.
        var document: [UInt8]
        var uid: String
        var isGone: Bool
    }

    /// Deletes an object, or marks it as deleted if something holds it.
    func delete(
        _ definition: ResourceDefinition, namespace: String, name: String, _ options: DeleteOptions
    ) throws(APIStatus) -> Deletion {
        let key = definition.key(namespace: namespace, name: name)
        guard let old = try document(key) else { throw .notFound(definition.groupResource, name: name) }
        try check(options, old, definition)
        if definition.isNamespace { return try deleteNamespace(definition, old, options) }
        var new = old
        var isGraceful = false
        if old.deletionTimestamp != nil {
            if isWaitingForGrace(old, options) {
                return Deletion(document: StoredDocument.bytes(old), uid: old.uid, isGone: false)
            }
        }
        if let seconds = definition.behaviour.gracePeriodSeconds(old, requested: options.gracePeriod), seconds > 0 {
            isGraceful = true
            mark(&new, gracePeriod: seconds)
        }
        new.finalizers = Self.finalizers(new.finalizers, options.propagation)
        if isGraceful || !new.finalizers.isEmpty {
            if !isGraceful { mark(&new, gracePeriod: 0) }
            let bytes = try replace(definition, new, old: old, isDryRun: options.isDryRun)
            return Deletion(document: bytes, uid: old.uid, isGone: false)
        }
        if !options.isDryRun { try remove(definition, old) }
        return Deletion(document: StoredDocument.bytes(old), uid: old.uid, isGone: true)
    }

    /// Whether an object is already being deleted, and no earlier end is requested.
    private func isWaitingForGrace(_ document: Document, _ options: DeleteOptions) -> Bool {
        guard let present = document.deletionGracePeriodSeconds, present > 0 else { return false }
        guard let requested = options.gracePeriod else { return true }
        return requested >= present
    }

    private func mark(_ document: inout Document, gracePeriod: Int64) {
        if document.deletionTimestamp == nil || gracePeriod < document.deletionGracePeriodSeconds ?? 0 {
            if document.generation > 0, document.deletionTimestamp == nil { document.generation += 1 }
            document.deletionTimestamp = APITime.text(seconds: now + gracePeriod)
            document.deletionGracePeriodSeconds = gracePeriod
        }
    }

    /// The finalizers that tell the garbage collector how to handle an object's dependents.
    private static func finalizers(_ present: [String], _ propagation: DeleteOptions.Propagation?) -> [String] {
        guard let propagation else { return present }
        var finalizers = present.filter { $0 != "orphan" && $0 != "foregroundDeletion" }
        switch propagation {
        case .orphan: finalizers.append("orphan")
        case .foreground: finalizers.append("foregroundDeletion")
        case .background: break
        }
        return finalizers
    }

    private func check(
        _ options: DeleteOptions, _ document: Document, _ definition: ResourceDefinition
    ) throws(APIStatus) {
        let resource = GroupResource(group: definition.group, resource: definition.kind)
        if let uid = options.uid, uid != document.uid {
            throw .conflict(
                resource, name: document.name,
                "the UID in the precondition (\(uid)) does not match the UID in record (\(document.uid)). "
                    + "The object might have been deleted and then recreated")
        }
        if let version = options.resourceVersion, version != document.resourceVersion {
            throw .conflict(
                resource, name: document.name,
                "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in record "
                    + "(\(document.resourceVersion)). The object might have been modified")
        }
    }

    /// A Namespace is emptied first.
    private func deleteNamespace(
        _ definition: ResourceDefinition, _ old: Document, _ options: DeleteOptions
    ) throws(APIStatus) -> Deletion {
        if Bootstrap.namespaces.contains(old.name) {
            throw .forbidden(definition.groupResource, name: old.name, "this namespace may not be deleted")
        }
        guard old.deletionTimestamp == nil else {
            return Deletion(document: StoredDocument.bytes(old), uid: old.uid, isGone: false)
        }
        var new = old
        new.deletionTimestamp = APITime.text(seconds: now)
        var status = new.status
        status["phase"] = "Terminating"
        new.status = status
        new.finalizers = Self.finalizers(new.finalizers, options.propagation == .orphan ? .orphan : nil)
        let bytes = try replace(definition, new, old: old, isDryRun: options.isDryRun)
        return Deletion(document: bytes, uid: old.uid, isGone: false)
    }
}
