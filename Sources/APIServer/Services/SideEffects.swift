import KubernetesObjects
import ObjectStore

/// The effects of writes on other objects.
struct SideEffects {
    let writer: ObjectWriter
    let definition: ResourceDefinition

    init(_ writer: ObjectWriter, _ definition: ResourceDefinition) {
        self.writer = writer
        self.definition = definition
    }

    /// Before the kind prepares and validates the object.
    func beforeCreate(_ document: inout Document, isDryRun: Bool) throws(APIStatus) {
        if definition.isService {
            try ServiceAllocation(writer, isDryRun: isDryRun).create(&document)
        } else if definition.isIngress {
            try DefaultIngressClass(writer).apply(to: &document)
        }
    }

    func prepareForCreate(_ document: inout Document) throws(APIStatus) {
        guard definition.isNamespace else { return }
        // The label by which policies and selectors select a Namespace.
        document.labels["kubernetes.io/metadata.name"] = document.name
    }

    func beforeUpdate(_ document: inout Document, old: Document, isDryRun: Bool) throws(APIStatus) {
        if definition.isService {
            try ServiceAllocation(writer, isDryRun: isDryRun).update(&document, old: old)
        }
    }

    func afterWrite(_ document: Document, old: Document?) throws(APIStatus) {
        if definition.isService {
            try ServiceAllocation(writer, isDryRun: false).record(document, old: old)
        }
    }

    func afterDelete(_ document: Document) throws(APIStatus) {
        if definition.isService { try ServiceAllocation(writer, isDryRun: false).release(document) }
    }
}
