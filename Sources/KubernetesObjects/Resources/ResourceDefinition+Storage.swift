extension ResourceDefinition {
    /// An object in its stored form, which differs for Events of `events.k8s.io`.
    package func toStored(_ document: Document) -> Document {
        storedAs == nil ? document : EventConversion.toCore(document)
    }

    /// A stored object in this resource's form.
    package func fromStored(_ document: Document) -> Document {
        storedAs == nil ? document : EventConversion.fromCore(document)
    }

    /// The fields that field selectors compare: `metadata.name`, `metadata.namespace` and the kind's own fields.
    package func selectableFields(_ document: Document) -> [String: String] {
        var fields = ["metadata.name": document.name]
        if isNamespaced { fields["metadata.namespace"] = document.namespace }
        for (name, value) in behaviour.selectableFields(document) { fields[name] = value }
        return fields
    }
}
