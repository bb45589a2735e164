/// Events as `events.k8s.io/v1` shows them: stored as those of the core group.
package struct NewEventBehaviour: ResourceBehaviour {
    private let core = EventBehaviour()

    package init() {}

    package var allowsCreateOnUpdate: Bool { true }

    package func nameProblems(_ name: String, isPrefix: Bool) -> [String] {
        core.nameProblems(name, isPrefix: isPrefix)
    }

    package func validateCreate(_ document: Document) -> [FieldError] {
        var errors: [FieldError] = []
        let namespace = document["regarding"]["namespace"].text
        if !namespace.isEmpty, namespace != document.namespace {
            errors.append(.invalid("regarding.namespace", .string(namespace), "does not match event.namespace"))
        }
        if !document["eventTime"].isSet { errors.append(.required("eventTime")) }
        for key in ["reportingController", "reportingInstance", "action", "reason"] where document[key].text.isEmpty {
            errors.append(.required(key))
        }
        if !["Normal", "Warning"].contains(document["type"].text) {
            errors.append(
                .invalid("type", .string(document["type"].text), "has invalid value: \(document["type"].text)"))
        }
        return errors
    }

    package var selectableFieldNames: [String] { core.selectableFieldNames }

    package func selectableFields(_ document: Document) -> [(name: String, value: String)] {
        core.selectableFields(EventConversion.toCore(document))
    }

    package func cells(_ document: Document, now: Int64) -> [JSONValue] {
        core.cells(EventConversion.toCore(document), now: now)
    }
}
