extension ResourceDefinition {
    /// Checks a new object, which has its name and namespace.
    ///
    /// - Throws: `APIStatus` with code 422 that names every field that is wrong.
    package func validateForCreate(_ document: Document) throws(APIStatus) {
        let metadata = MetadataValidation.errors(
            document, isNamespaced: isNamespaced, nameProblems: behaviour.nameProblems)
        try refuse(document, metadata + behaviour.validateCreate(document))
    }

    /// Checks a replacement for `old`.
    ///
    /// `subresource`: Empty for the object itself.
    /// - Throws: `APIStatus` with code 422 that names every field that is wrong.
    package func validateForUpdate(
        _ document: Document, old: Document, subresource: String = ""
    ) throws(APIStatus) {
        let metadata = MetadataValidation.updateErrors(document, old: old)
        try refuse(
            document, metadata + behaviour.validateUpdate(document, old: old, subresource: subresource))
    }

    private func refuse(_ document: Document, _ errors: [FieldError]) throws(APIStatus) {
        if !errors.isEmpty { throw .invalid(kind: groupKind, name: document.name, errors) }
    }

    /// Warnings for clients in addition to the answer.
    package func warnings(_ document: Document, old: Document?) -> [String] {
        guard let old else { return behaviour.warningsOnCreate(document) }
        return behaviour.warningsOnUpdate(document, old: old)
    }
}
